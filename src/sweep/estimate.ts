/** How long runs take: the rate of this machine, measured in training. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunConfig } from "../config/run-config.ts";
import type { RunResult } from "../core/record.ts";
import type { DataSource } from "../sources/source.ts";
import { type PlannedRun, workFlops } from "./plan.ts";

/** Trains one run: `train` of train/node.ts. */
export type Train = (
  config: RunConfig,
  options: { data: DataSource; out: string; baseDir: string; threads: number },
) => Promise<RunResult>;

/** Steps of the measurement: enough that the first, cold one hardly counts. */
const MEASURED_STEPS = 12;

/**
 * The rate of one core, by a few dense steps of a sweep's middle run in a directory of their own.
 *
 * @returns executed FLOPs (see `workFlops`) per second
 */
export async function measureRate(
  runs: readonly PlannedRun[],
  data: DataSource,
  train: Train,
  baseDir: string,
): Promise<number> {
  const bySize = runs.toSorted((a, b) => a.denseParams - b.denseParams);
  const short = shortened(bySize[runs.length >> 1]!.config);
  const out = await mkdtemp(join(tmpdir(), "sparselaw-rate-"));
  try {
    const { stepsPerSecond } = await train(short, { data, out, baseDir, threads: 1 });
    return (workFlops(short, data) / MEASURED_STEPS) * stepsPerSecond;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function shortened(config: RunConfig): RunConfig {
  const training = { ...config.training, steps: MEASURED_STEPS, evalEvery: 0, evalExamples: 1, checkpointEvery: 0 };
  const learningRate = { kind: "constant", peak: 1e-4, warmupSteps: 0 } as const;
  return { ...config, training: { ...training, learningRate }, sparsity: { ...config.sparsity, final: 0 } };
}

/** Seconds until the last of several one-core runs is done, when each free core takes the longest run that is left. */
export function makespan(seconds: readonly number[], jobs: number): number {
  const busyUntil = new Array<number>(jobs).fill(0);
  for (const duration of seconds.toSorted((a, b) => b - a)) {
    const first = busyUntil.indexOf(Math.min(...busyUntil));
    busyUntil[first]! += duration;
  }
  return Math.max(...busyUntil);
}
