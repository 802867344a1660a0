/** A long run takes no more memory than a short one. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { openRun } from "../../src/store/run-directory.ts";
import { trainModel } from "../../src/train/trainer.ts";
import { syntheticSource } from "../sources.ts";
import { temporaryDirectory } from "../temporary.ts";
import { tinyDecoder } from "./fixtures.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const STEPS = 20_000;
/** By then everything is compiled, and the first evaluation and checkpoints are over. */
const SETTLED_STEPS = 2000;
/**
 * The loss of every step is kept, 8 bytes in an array that grows by half at a time: up to 0.3 MB. The rest is left to compiled
 * code and buffers (0.6 MB in all, measured): 60 bytes forgotten in every step are too many.
 */
const GROWTH_BYTES = 2 ** 20;

interface Sample {
  readonly step: number;
  readonly heapBytes: number;
  readonly wasmBytes: number;
}

/** Trains a sparse decoder of a few hundred weights through a hundred mask updates, evaluations and checkpoints included. */
async function samplesOfRun(threads: number): Promise<Sample[]> {
  const { model, ...rest } = tinyDecoder(
    { steps: STEPS, batchSize: 1, evalEvery: 1000, checkpointEvery: 1000 },
    { final: 0.875, interval: 100 },
  );
  const config = parseRunConfig({ ...rest, model: { ...model, dModel: 8, seqLen: 8 } as typeof model });
  const store = await openRun(temporaryDirectory(), "run");
  const samples: Sample[] = [];
  let memory: WebAssembly.Memory | undefined;
  const sample = (step: number) => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    samples.push({ step, heapBytes: heapUsed + external, wasmBytes: memory!.buffer.byteLength });
  };
  await trainModel({
    config,
    data: syntheticSource(config.data),
    threads,
    store,
    measuredSwitchDensity: () => Promise.reject(new Error("the configuration has a switch density")),
    createEngine(options) {
      memory = options.memory;
      return createEngine({ ...options, aloneWork: 0 });
    },
    onEvent({ type, step }) {
      if (type === "step" && step >= SETTLED_STEPS * (samples.length + 1)) sample(step);
    },
  });
  await store.close();
  return samples;
}

test.each([
  1, 2,
])(`${STEPS} steps leave heap and wasm memory as ${SETTLED_STEPS} did, on %i threads`, async (threads) => {
  const samples = await samplesOfRun(threads);
  const [settled, end] = [samples[0]!, samples.at(-1)!];
  expect(settled.step).toBeLessThan(2 * SETTLED_STEPS);
  expect(end.step).toBe(STEPS);
  expect(new Set(samples.map(({ wasmBytes }) => wasmBytes)).size).toBe(1);
  expect(end.heapBytes - settled.heapBytes, JSON.stringify(samples)).toBeLessThan(GROWTH_BYTES);
});
