/** Stands in for workers/run.ts: the seed says what becomes of the run. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RunOutcome, RunTask } from "../../src/sweep/pool.ts";
import { resultOf } from "./fixtures.ts";

export const FATE = { completes: 0, fails: 1, dies: 2, diverges: 3, waitsForStop: 4 } as const;

export default async function run({ config, stop, messages }: RunTask): Promise<RunOutcome> {
  const { steps } = config.training;
  const step = (done: number) =>
    messages.postMessage({
      type: "event",
      event: { type: "step", step: done, trainLoss: 1, learningRate: 0.1, sparsity: 0, stepMs: 1 },
    });
  step(1);
  await sleep(5);
  if (config.seed === FATE.fails) return { type: "error", message: "the disk is full" };
  if (config.seed === FATE.dies) process.exit(9);
  if (config.seed === FATE.diverges)
    return { type: "result", result: { ...resultOf(config), status: "diverged", message: "loss is NaN" } };
  while (config.seed === FATE.waitsForStop) {
    if (Atomics.load(new Int32Array(stop), 0) !== 0)
      return { type: "result", result: { ...resultOf(config), status: "stopped", steps: 1 } };
    await sleep(2);
  }
  step(steps);
  return { type: "result", result: resultOf(config) };
}
