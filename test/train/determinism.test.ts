import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startNeighbour } from "../../bench/lib/half-core.ts";
import { parseRunConfig, type RunConfigInput } from "../../src/config/run-config.ts";
import type { RunResult } from "../../src/core/record.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { isVariantSupported } from "../../src/kernels/variant.ts";
import { loadData } from "../../src/sources/node.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { train } from "../../src/train/node.ts";
import { trainModel } from "../../src/train/trainer.ts";
import { syntheticSource } from "../sources.ts";
import { temporaryDirectory } from "../temporary.ts";
import { tinyDecoder, tinyVit } from "./fixtures.ts";

let out: string;
beforeEach(() => {
  out = temporaryDirectory();
});

const runs: Record<string, RunConfigInput> = {
  "dense decoder": tinyDecoder(),
  "sparse decoder, CSR": tinyDecoder({}, { final: 0.75 }),
  "sparse decoder, masked dense": tinyDecoder({}, { final: 0.75, switchDensity: 0 }),
  "2:4 decoder": tinyDecoder({}, { final: 0.5, pattern: { kind: "nm", n: 2, m: 4 } }),
  "sparse decoder, Adafactor": tinyDecoder(
    { optimizer: { kind: "adafactor" }, learningRate: { kind: "rsqrt", warmupSteps: 100 } },
    { final: 0.5 },
  ),
  "sparse decoder, SGD": tinyDecoder({ optimizer: { kind: "sgd" } }, { final: 0.5 }),
  "sparse vit, class token": tinyVit({}, { final: 0.75 }),
  "relaxed dense decoder": { ...tinyDecoder(), variant: "relaxed" },
  "relaxed sparse decoder, CSR": { ...tinyDecoder({}, { final: 0.75 }), variant: "relaxed" },
  "relaxed sparse vit": { ...tinyVit({}, { final: 0.75 }), variant: "relaxed" },
};

/** What must be the same, whatever the threads and interruptions. */
const essence = ({ lossHash, validLoss, validAccuracy, nonzeroParams, sparsity, trainFlops, steps }: RunResult) => ({
  lossHash,
  validLoss,
  validAccuracy,
  nonzeroParams,
  sparsity,
  trainFlops,
  steps,
});

/** On so many threads, however few cores there are. */
async function trainOn(threads: number, input: RunConfigInput): Promise<RunResult> {
  const config = parseRunConfig(input);
  const measuredSwitchDensity = () => Promise.reject(new Error("the configuration has a switch density"));
  const store = createMemoryStore("run");
  const data = syntheticSource(config.data);
  const result = await trainModel({
    ...{ config, data, threads, store, measuredSwitchDensity },
    createEngine: (options) => createEngine({ ...options, aloneWork: 0 }),
  });
  expect(result.threads).toBe(threads);
  return result;
}

const isRunnable = ([, { variant = "strict" }]: [string, RunConfigInput]) => isVariantSupported(variant);

test.skip.each(
  Object.entries(runs).filter((run) => !isRunnable(run)),
)("%s: this engine cannot compile the build", () => {});

describe.each(Object.entries(runs).filter(isRunnable))("%s", (_, config) => {
  test("has the same bits on 1, 2, 3, 4 and 8 threads", async () => {
    const alone = await train(config);
    expect(alone.status).toBe("completed");
    for (const threads of [2, 3, 4, 8])
      expect(essence(await trainOn(threads, config)), `${threads} threads`).toEqual(essence(alone));
  });

  test("stopped and resumed at any step, it ends with the bits of an uninterrupted run", async () => {
    const uninterrupted = await train(config);
    for (let stops = 0; stops < 30; stops++) {
      let steps = 0;
      const signal = {
        get aborted() {
          return steps++ >= 5;
        },
      };
      const result = await train(config, { out, signal, threads: 1 + (stops % 2) });
      if (result.status === "completed") break;
      expect(result).toMatchObject({ status: "stopped", steps: 5 * (stops + 1) });
    }
    const resumed = await train(config, { out });
    expect(essence(resumed)).toEqual(essence(uninterrupted));
  });
});

test("a sparse decoder has the same bits while other processes take turns on the cores", async () => {
  const config = tinyDecoder({ steps: 60 }, { final: 0.75 });
  const alone = await train(config);
  const neighbours = Array.from({ length: 3 }, () => startNeighbour());
  onTestFinished(() => neighbours.forEach((neighbour) => void neighbour.end()));
  for (const neighbour of neighbours) neighbour.work(true);
  for (const threads of [1, 2, 3, 4, 8])
    expect(essence(await trainOn(threads, config)), `${threads} threads`).toEqual(essence(alone));
});

test("a completed run is returned as its record has it", async () => {
  const first = await train(tinyDecoder(), { out });
  expect(await train(tinyDecoder(), { out })).toEqual(first);
});

test.runIf(isVariantSupported("relaxed"))(
  "each build has an id of its own, and a loss that differs by rounding only",
  async () => {
    const [strict, relaxed] = [await train(tinyDecoder()), await train({ ...tinyDecoder(), variant: "relaxed" })];
    expect(relaxed.id).not.toBe(strict.id);
    expect(relaxed.validLoss).toBeCloseTo(strict.validLoss, 2);
  },
);

test("another seed gives another run", async () => {
  const [a, b] = [await train(tinyDecoder()), await train({ ...tinyDecoder(), seed: 1 })];
  expect(a.id).not.toBe(b.id);
  expect(a.lossHash).not.toBe(b.lossHash);
});

test("data that are loaded already give the id and the bits of data that the run loads itself", async () => {
  const config: RunConfigInput = { ...tinyDecoder(), data: { kind: "text", paths: "letters" } };
  const file = join(out, "letters");
  await writeFile(file, "the letters of a line, again and again. ".repeat(30));
  const { id, lossHash } = await train(config, { baseDir: out });
  const data = await loadData(parseRunConfig(config).data, { baseDir: out });
  await rm(file);
  expect(await train(config, { data })).toMatchObject({ status: "completed", id, lossHash });
});
