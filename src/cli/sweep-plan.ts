/** A sweep's plan as lines for people and for programs. */
import { formatCount, formatDuration, formatScientific, plural } from "../core/format.ts";
import type { ModelChoice } from "../families/family.ts";
import { familyOf } from "../families/index.ts";
import { formatBytes } from "../memory/arena.ts";
import type { PreparedSweep, SweepEstimate } from "../sweep/node.ts";
import type { PlannedRun } from "../sweep/plan.ts";
import type { Output } from "./output.ts";
import { type Column, tableLines } from "./table.ts";

export function printPlan(sweep: PreparedSweep, { runSeconds, leftSeconds }: SweepEstimate, output: Output): void {
  const { plan, completed, jobs } = sweep;
  const timed = plan.runs.map((run, i) => ({ run, seconds: runSeconds[i]!, isCompleted: completed.has(run.id) }));
  for (const planned of timed) output.record(recordOf(planned));
  const total = totalOf(sweep, leftSeconds);
  const sizeKeys = familyOf(plan.runs[0]!.config.model).scaling!.keys;
  output.record(total);
  output.print(
    ...tableLines(columnsOf(sizeKeys), timed),
    `${plural(total.runs, "run")} (${total.completed} completed), C = 6·N·D·c_mul(S) = ${formatScientific(total.trainFlops)} FLOPs; ` +
      `${formatScientific(total.workFlops)} with attention, embedding and head`,
    `about ${formatDuration(leftSeconds)} on ${plural(jobs, "core")}, at most ${formatBytes(total.memoryBytes)} of memory`,
  );
}

interface TimedRun {
  readonly run: PlannedRun;
  readonly seconds: number;
  readonly isCompleted: boolean;
}

function recordOf({ run, seconds, isCompleted }: TimedRun): object {
  const { id, config, nonzeroParams, totalParams, dataSeen, trainFlops, memoryBytes } = run;
  const { name, model, training, sparsity } = config;
  const size = { nonzeroParams, totalParams, dataSeen, trainFlops, memoryBytes, seconds, isCompleted };
  return { type: "plan", id, name, model, steps: training.steps, sparsity: sparsity.final, ...size };
}

/** @param sizeKeys what the family is scaled by, such as its width */
const columnsOf = (sizeKeys: readonly string[]): readonly Column<TimedRun>[] => [
  { heading: "run", of: ({ run }) => run.config.name },
  ...sizeKeys.map((key) => ({ heading: key, of: ({ run }: TimedRun) => `${(run.config.model as ModelChoice)[key]}` })),
  { heading: "N", of: ({ run }) => formatCount(run.nonzeroParams, 4) },
  { heading: "total", of: ({ run }) => formatCount(run.totalParams) },
  { heading: "D", of: ({ run }) => formatCount(run.dataSeen) },
  { heading: "steps", of: ({ run }) => String(run.config.training.steps) },
  { heading: "6·N·D·c", of: ({ run }) => formatScientific(run.trainFlops) },
  { heading: "memory", of: ({ run }) => formatBytes(run.memoryBytes) },
  { heading: "time", of: ({ seconds }) => formatDuration(seconds) },
  { heading: "", of: ({ isCompleted }) => (isCompleted ? "completed" : undefined) },
];

function totalOf({ plan, completed, jobs }: PreparedSweep, seconds: number) {
  const sum = (key: "trainFlops" | "workFlops") => plan.runs.reduce((total, run) => total + run[key], 0);
  return {
    type: "plan-total",
    runs: plan.runs.length,
    completed: completed.size,
    trainFlops: sum("trainFlops"),
    workFlops: sum("workFlops"),
    memoryBytes: jobs * Math.max(...plan.runs.map(({ memoryBytes }) => memoryBytes)),
    jobs,
    seconds,
  };
}
