/** sparselaw sweep */
import { dirname } from "node:path";
import { sweepConfigOf } from "../../config/files.ts";
import { formatDuration, formatPercent, plural } from "../../report/format.ts";
import { estimateSweep, prepareSweep, runPrepared } from "../../sweep/node.ts";
import type { RunningRun } from "../../sweep/progress.ts";
import type { SweepEvent, SweepSummary } from "../../sweep/run.ts";
import { readText } from "../inputs.ts";
import { INTERRUPTED, interruptible } from "../interrupt.ts";
import type { Output } from "../output.ts";
import { printPlan } from "../plan.ts";

export interface SweepFlags {
  readonly out: string;
  readonly jobs: number | undefined;
  readonly dryRun: boolean;
  readonly turbo: boolean;
}

export async function sweepCommand(file: string, flags: SweepFlags, output: Output): Promise<number> {
  const { out, jobs, dryRun, turbo } = flags;
  const { config, origin } = await sweepConfigOf(await readText(file), file);
  return await interruptible(output, async (signal) => {
    const onEvent = (event: SweepEvent) => show(event, config.name, output);
    const prepared = await prepareSweep(config, {
      out,
      baseDir: dirname(file),
      source: origin,
      jobs,
      turbo,
      signal,
      onEvent,
    });
    if (dryRun) {
      printPlan(prepared, await estimateSweep(prepared), output);
      return 0;
    }
    const { plan, completed } = prepared;
    output.print(
      `sweep ${plan.name}: ${plural(plan.runs.length, "run")}, ${completed.size} completed already, ${prepared.jobs} at a time`,
    );
    const summary = await runPrepared(prepared);
    printSummary(summary, output);
    if (signal.aborted) output.warn(`Resume with: sparselaw sweep ${file} --out ${out}`);
    return signal.aborted ? INTERRUPTED : summary.failed.length > 0 ? 1 : 0;
  });
}

function show(event: SweepEvent, sweep: string, output: Output): void {
  if (event.type === "run-end") output.record(event.result);
  else output.record(event);
  if (event.type === "warning") output.warn(`${event.name}: ${event.message}`);
  if (event.type === "run-failed") output.print(`failed  ${event.name}: ${event.message}`);
  if (event.type === "run-end" && event.result.status === "completed")
    output.print(`done    ${event.name}  loss ${event.result.validLoss.toFixed(4)}`);
  if (event.type !== "progress") return;
  const { completed, failed, total, share, etaSeconds, running } = event;
  const eta = etaSeconds === undefined ? "" : ` · ${formatDuration(etaSeconds)} left`;
  output.progress(() => [
    `sweep ${sweep}: ${completed}/${total} done${failed > 0 ? `, ${failed} failed` : ""} · ${formatPercent(share, 1)}${eta}`,
    ...running.map(runningLine),
  ]);
}

function runningLine({ name, step, steps, trainLoss, sparsity }: RunningRun): string {
  const loss =
    trainLoss === undefined ? "starting" : `loss ${trainLoss.toFixed(4)} · sparsity ${formatPercent(sparsity, 1)}`;
  return `  ${name} · step ${step}/${steps} · ${loss}`;
}

function printSummary(summary: SweepSummary, output: Output): void {
  const { name, total, completed, failed, left, seconds } = summary;
  output.record(summary);
  const rest = left > 0 ? `, ${left} left` : "";
  output.print(
    `sweep ${name}: ${completed} of ${plural(total, "run")} completed, ${failed.length} failed${rest} · ${formatDuration(seconds)}`,
  );
  if (failed.length === 0) return;
  output.warn(
    `failed: ${failed.map((run) => `${run.name} (${run.id})`).join(", ")}. Start the sweep again to retry them.`,
  );
}
