import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WorkerError } from "../../src/core/errors.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { layOut, recordLongRun, recordStep, untilUnderWay } from "./step.ts";

/** Threads as Node announces them, the pool's among them. */
let workers: Worker[];
const remember = (worker: Worker) => void workers.push(worker);
beforeEach(() => {
  workers = [];
  process.on("worker", remember);
});
afterEach(() => {
  process.off("worker", remember);
});

for (const [threads, victim] of [
  [2, 0],
  [2, 1],
  [3, 1],
] as const)
  test(`killing thread ${victim + 1} of ${threads} within a run rejects the run, and close still works`, async () => {
    const work = layOut(threads, recordLongRun, 4000);
    const engine = await createEngine({ memory: work.memory, variant: "strict", threads, aloneWork: 0 });
    const running = expect(engine.run(work.tapeAddress)).rejects.toThrow(
      new RegExp(
        `^engine: thread ${victim + 1} of ${threads} must live until close; got worker exited with code: 1\\. `,
      ),
    );
    await untilUnderWay(work);
    await workers[victim]!.terminate();
    await running;
    await expect(engine.run(work.tapeAddress)).rejects.toThrow(WorkerError);
    await engine.close();
  });

test("a thread killed between two runs rejects the next one", async () => {
  const work = layOut(2, recordStep());
  const engine = await createEngine({ memory: work.memory, variant: "strict", threads: 2, aloneWork: 0 });
  await engine.run(work.tapeAddress);
  await workers[0]!.terminate();
  await expect(engine.run(work.tapeAddress)).rejects.toThrow(WorkerError);
  await engine.close();
});

test("no thread outlives its engine, dead or closed", async () => {
  const work = layOut(3, recordLongRun, 4000);
  const engine = await createEngine({ memory: work.memory, variant: "strict", threads: 3, aloneWork: 0 });
  const running = expect(engine.run(work.tapeAddress)).rejects.toThrow(WorkerError);
  await untilUnderWay(work);
  await workers[2]!.terminate();
  await running;
  await engine.close();
  expect(workers.map((worker) => worker.threadId)).toEqual(workers.map(() => -1));
});
