import { expect, onTestFinished, test } from "vitest";
import { ConfigError, StateError, WorkerError } from "../../src/core/errors.ts";
import type { Variant } from "../../src/core/record.ts";
import { createBrowserEngine } from "../../src/engine/browser.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { controlWord, type Engine } from "../../src/engine/protocol.ts";
import { SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { encodeTape, sizeOfTape, type TapeCall } from "../../src/tape/encoding.ts";
import { describeBuilds } from "../kernels/module.ts";
import { type LaidOut, layOut, recordLongRun, recordStep, recordTrap, untilUnderWay } from "./step.ts";

const threadCounts = [1, 2, 3, 4];

async function open({ memory }: LaidOut, threads: number, variant: Variant = "strict"): Promise<Engine> {
  const engine = await createEngine({ memory, variant, threads, aloneWork: 0 });
  onTestFinished(() => engine.close());
  return engine;
}

type Shape = Parameters<typeof recordStep>[0];

/** Every tensor after some runs of the step. */
async function tensorsAfter(runs: number, threads: number, shape: Shape, variant: Variant): Promise<Uint8Array> {
  const work = layOut(threads, recordStep(shape));
  const engine = await open(work, threads, variant);
  for (let i = 0; i < runs; i++) await engine.run(work.tapeAddress);
  return work.tensors;
}

describeBuilds((_, variant) => {
  test.each([
    { inFeatures: 40, outFeatures: 36, numTiles: 5 },
    { inFeatures: 8, outFeatures: 4, numTiles: 1 },
    { inFeatures: 132, outFeatures: 100, numTiles: 11 },
  ])("1, 2, 3, 4 and 8 threads leave the same bits ($inFeatures × $outFeatures, $numTiles tiles)", async (shape) => {
    const untouched = await tensorsAfter(0, 1, shape, variant);
    const alone = await tensorsAfter(50, 1, shape, variant);
    expect(Buffer.compare(alone, untouched)).not.toBe(0);
    for (const threads of [2, 3, 4, 8])
      expect(Buffer.compare(alone, await tensorsAfter(50, threads, shape, variant)), `${threads} threads`).toBe(0);
  });
});

test.each(threadCounts)("%i threads play a tape as it was last recorded", async (threads) => {
  const work = layOut(threads, recordStep());
  const engine = await open(work, threads);
  await engine.run(work.tapeAddress);
  const words = new Float32Array(work.memory.buffer, SYSTEM_BYTES, 2);
  const masking: TapeCall = {
    kernel: "f32_apply_mask",
    extent: 2,
    args: [SYSTEM_BYTES + 64, SYSTEM_BYTES],
    scratchStride: 0,
    work: 2,
    leastWork: 1,
  };
  new Uint8Array(work.memory.buffer, SYSTEM_BYTES + 64, 2).set([1, 0]);
  encodeTape(work.memory, work.tapeAddress, [[[masking]]], { threads, version: 2 });
  words.set([3, 5]);
  await engine.run(work.tapeAddress);
  expect([...words]).toEqual([3, 0]);
});

test.each(threadCounts)("%i threads run an empty tape", async (threads) => {
  const work = layOut(threads, recordStep());
  encodeTape(work.memory, work.tapeAddress, [], { threads, version: 2 });
  await (await open(work, threads)).run(work.tapeAddress);
});

test("a short tape is played by the calling thread alone, a longer one by the others", async () => {
  const work = layOut(2, recordStep());
  const claimed = async (aloneWork?: number) => {
    const engine = await createEngine({ memory: work.memory, variant: "strict", threads: 2, aloneWork });
    await engine.run(work.tapeAddress);
    await engine.close();
    return Atomics.load(controlWord(work.memory, "claimed"), 0);
  };
  expect(await claimed()).toBe(0);
  expect(await claimed(0)).toBe(sizeOfTape(work.memory, work.tapeAddress).parts);
});

test.each(threadCounts)("timers are served between two runs of %i threads", async (threads) => {
  const work = layOut(threads, recordStep());
  const engine = await open(work, threads);
  let isDue = false;
  setTimeout(() => (isDue = true), 20);
  const deadline = performance.now() + 10_000;
  while (!isDue && performance.now() < deadline) await engine.run(work.tapeAddress);
  expect(isDue).toBe(true);
});

test.each(threadCounts)("%i threads refuse a run while another is under way, and finish that one", async (threads) => {
  const work = layOut(threads, recordStep());
  const engine = await open(work, threads);
  const first = engine.run(work.tapeAddress);
  await expect(engine.run(work.tapeAddress)).rejects.toThrow(StateError);
  await first;
  await engine.run(work.tapeAddress);
});

test.each(threadCounts)("%i threads refuse a run after close, which may be called twice", async (threads) => {
  const work = layOut(threads, recordStep());
  const engine = await open(work, threads);
  await engine.run(work.tapeAddress);
  await engine.close();
  await engine.close();
  const refused = engine.run(work.tapeAddress);
  await expect(refused).rejects.toThrow(StateError);
  await expect(refused).rejects.toThrow("engine.run: the engine must be open; got closed. Create another one.");
});

test.each(threadCounts)("%i threads that never ran anything close", async (threads) => {
  await (await open(layOut(threads, recordStep()), threads)).close();
});

test.each(
  threadCounts,
)("a kernel that traps on %i threads rejects this run and every later one, by name", async (threads) => {
  const work = layOut(threads, recordTrap);
  const engine = await open(work, threads);
  const trap =
    /^engine: thread \d of \d must live until close; got f32_apply_mask\(.*\): memory access out of bounds\. /;
  for (let i = 0; i < 2; i++) {
    const failed = engine.run(work.tapeAddress);
    await expect(failed).rejects.toThrow(WorkerError);
    await expect(failed).rejects.toThrow(trap);
  }
  await engine.close();
  await expect(engine.run(work.tapeAddress)).rejects.toThrow(StateError);
});

test("an engine closed in the middle of a run rejects that run", async () => {
  const work = layOut(2, recordLongRun, 4000);
  const engine = await open(work, 2);
  const refused = expect(engine.run(work.tapeAddress)).rejects.toThrow(StateError);
  await untilUnderWay(work);
  await engine.close();
  await refused;
});

test("a memory outlives its engine: the next one goes on with it", async () => {
  const work = layOut(2, recordStep());
  for (let i = 0; i < 3; i++) {
    const engine = await open(work, 2);
    await engine.run(work.tapeAddress);
    await engine.close();
  }
});

test.each([0, -1, 1.5, Number.NaN])("%d threads are refused", async (threads) => {
  const options = { memory: layOut(1, recordStep()).memory, variant: "strict", threads } as const;
  await expect(createEngine(options)).rejects.toThrow(ConfigError);
  await expect(createBrowserEngine({ ...options, onWarning: () => {} })).rejects.toThrow(ConfigError);
});

test("a page that may not share memory gets one thread and one warning", async () => {
  const work = layOut(1, recordStep());
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const engine = await createBrowserEngine({ memory: work.memory, variant: "strict", threads: 4, onWarning });
  for (let i = 0; i < 3; i++) await engine.run(work.tapeAddress);
  expect(engine.threads).toBe(1);
  expect(warnings).toEqual([
    expect.stringContaining("must be cross-origin isolated for 4 threads; got an ordinary page"),
  ]);
});
