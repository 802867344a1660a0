/** Parts that are claimed: whoever plays them, and whenever a thread comes, every part is played once, after all before its phase. */
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { createSlowedEngine } from "../../bench/lib/slowed.ts";
import { CONTROL, clearControl, controlWord } from "../../src/engine/protocol.ts";
import { createTapePlayer } from "../../src/engine/tape-player.ts";
import { createMemory, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { sizeOfTape } from "../../src/tape/encoding.ts";
import { strictModule } from "../kernels/module.ts";
import { layOut, recordStep } from "./step.ts";

const SHAPE = { inFeatures: 132, outFeatures: 100, numTiles: 11 };
const RUNS = 30;

async function tensorsAfter(runs: number, slowness: readonly number[]): Promise<Uint8Array> {
  const { memory, tapeAddress, tensors, timings } = layOut(slowness.length, recordStep(SHAPE));
  const engine = await createSlowedEngine({ memory, variant: "strict", timings, slowness });
  onTestFinished(() => engine.close());
  for (let i = 0; i < runs; i++) await engine.run(tapeAddress);
  return tensors;
}

test.each([
  ["one of two threads at a tenth of the other's speed", [1, 10]],
  ["four threads of four speeds", [1, 2, 5, 20]],
  ["two of three threads that never come", [Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY]],
  ["eight threads, every other one slow", [1, 8, 1, 8, 1, 8, 1, 8]],
])("%s leave the bits of one thread", async (_, slowness) => {
  const alone = await tensorsAfter(RUNS, [1]);
  expect(Buffer.compare(alone, await tensorsAfter(RUNS, slowness))).toBe(0);
});

test("the numbers of parts may wrap around", async () => {
  const alone = await tensorsAfter(3, [1]);
  const { memory, tapeAddress, tensors } = layOut(2, recordStep(SHAPE));
  const player = createTapePlayer({ module: strictModule, memory, thread: 1 });
  const { parts } = sizeOfTape(memory, tapeAddress);
  const first = 2 ** 31 - Math.floor(1.5 * parts);
  clearControl(memory);
  controlWord(memory, "claimed")[0] = first;
  controlWord(memory, "done")[0] = first;
  for (const number of [1, 2, 3]) {
    player.playShare({ number, tapeAddress, base: (first + (number - 1) * parts) | 0, parts });
    expect(controlWord(memory, "complete")[0]).toBe(number);
  }
  expect(controlWord(memory, "done")[0]).toBeLessThan(0);
  expect(Buffer.compare(alone, tensors)).toBe(0);
});

test("a thread that comes when a run is over plays nothing of it, whatever lies in the tape's place by then", () => {
  const { memory, tapeAddress, tensors } = layOut(2, recordStep(SHAPE));
  const before = tensors.slice();
  clearControl(memory);
  const { parts } = sizeOfTape(memory, tapeAddress);
  for (const word of ["claimed", "done"] as const) controlWord(memory, word)[0] = parts;
  for (const garbage of [0, 1, -1, 2 ** 31 - 1]) {
    new Int32Array(memory.buffer, tapeAddress + 16, 64).fill(garbage);
    const late = createTapePlayer({ module: strictModule, memory, thread: 1 });
    late.playShare({ number: 1, tapeAddress, base: 0, parts });
  }
  expect([controlWord(memory, "claimed")[0], controlWord(memory, "done")[0]]).toEqual([parts, parts]);
  expect(Buffer.compare(tensors, before)).toBe(0);
});

const waiter = `
  const { module, memory, word, target, spins } = require("node:worker_threads").workerData;
  const { wait_until } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const value = new Int32Array(memory.buffer, word, 1);
  require("node:worker_threads").parentPort.postMessage("waiting");
  const how = wait_until(word, target, spins);
  require("node:worker_threads").parentPort.postMessage([how, (Atomics.load(value, 0) - target) | 0]);
`;

test.each([
  ["spinning", 2 ** 31 - 1, 1],
  ["asleep", 0, 2],
])("a thread waits %s until the word has come as far as its target, over the largest number too", async (_, spins, how) => {
  for (const target of [5, -(2 ** 31) + 2]) {
    const memory = createMemory(SYSTEM_BYTES);
    const word = new Int32Array(memory.buffer, CONTROL.done, 1);
    const start = (target - 5) | 0;
    word[0] = start;
    const workerData = { module: strictModule, memory, word: CONTROL.done, target, spins };
    const worker = new Worker(waiter, { eval: true, workerData });
    const message = () => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    expect(await message()).toBe("waiting");
    const answer = message();
    let isThrough = false;
    void answer.then(() => (isThrough = true));
    for (let i = 1; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      Atomics.store(word, 0, (start + i) | 0);
      Atomics.notify(word, 0);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isThrough).toBe(false);
    Atomics.store(word, 0, target);
    Atomics.notify(word, 0);
    expect(await answer).toEqual([how, 0]);
  }
});
