import { rm } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config/run-config.ts";
import type { RunEvent } from "../../src/core/record.ts";
import { openRun } from "../../src/store/run-directory.ts";
import type { NamedArray } from "../../src/store/store.ts";
import { train } from "../../src/train/node.ts";
import { temporaryDirectory } from "../temporary.ts";
import { tinyDecoder, tinyVit } from "./fixtures.ts";

let out: string;
beforeEach(() => {
  out = temporaryDirectory();
});

/** Trains and returns the final checkpoint's tensors. */
async function finalTensors(config: RunConfigInput): Promise<ReadonlyMap<string, NamedArray>> {
  const { id } = await train(config, { out });
  const store = await openRun(out, id);
  const checkpoint = await store.latestCheckpoint();
  await store.close();
  return checkpoint!.tensors;
}

const isBlock = (name: string) => /^\w+\.block\d+\.(attention|mlp)\.\w+\.weight$/.test(name);
const isEdge = (name: string) => /^\w+\.(embedding|head|patches)\.weight$/.test(name);
const countNonzeros = ({ data }: NamedArray) => Array.from(data).filter((x) => x !== 0).length;

describe.each([
  ["decoder", tinyDecoder],
  ["vit", tinyVit],
] as const)("every pruned tensor of a %s", (_, tiny) => {
  test.each([0.5, 0.75, 0.875, 0.9375])("has exactly round(size·(1−S)) non-zeros at S = %f", async (sparsity) => {
    for (const switchDensity of [0, 0.7, 1]) {
      const tensors = await finalTensors(tiny({}, { final: sparsity, switchDensity }));
      let blocks = 0;
      for (const [name, tensor] of tensors) {
        const size = tensor.data.length;
        if (isBlock(name)) expect(countNonzeros(tensor), name).toBe(Math.round(size * (1 - sparsity)));
        if (isEdge(name)) expect(countNonzeros(tensor), name).toBe(Math.round(size * Math.sqrt(1 - sparsity)));
        if (isBlock(name)) blocks++;
      }
      expect(blocks).toBe(6);
      await rm(out, { recursive: true });
    }
  });
});

test("a 2:4 run ends with at most 2 non-zeros in every 4 consecutive weights of a row, and exactly half of all", async () => {
  const tensors = await finalTensors(tinyDecoder({}, { final: 0.5, pattern: { kind: "nm", n: 2, m: 4 } }));
  for (const [name, { data }] of tensors) {
    if (!isBlock(name)) continue;
    for (let i = 0; i < data.length; i += 4)
      expect(data.subarray(i, i + 4).filter((x) => x !== 0).length, `${name}[${i}]`).toBe(2);
  }
});

test("an n:m pattern whose m does not divide a weight's inputs is refused before training, naming weight, width and m", async () => {
  const pattern = { kind: "nm", n: 3, m: 6 } as const;
  await expect(train(tinyDecoder({}, { final: 0.5, pattern }))).rejects.toThrow(
    "decoder.block0.attention.query.weight: sparsity.pattern.m must divide the weight's 16 inputs for the 3:6 pattern; got 6.",
  );
});

test("a pruning interval as long as the ramp is told of before training", async () => {
  const warningsOf = async (interval: number) => {
    const warnings: string[] = [];
    await train(tinyDecoder({ steps: 24 }, { final: 0.5, interval }), { onWarning: (text) => warnings.push(text) });
    return warnings;
  };
  expect(await warningsOf(100)).toEqual([
    "sparsity.interval (100) is not shorter than the ramp of 12 steps: all weights go at once, before step 18. Lower it, or leave it out.",
  ]);
  expect(await warningsOf(2)).toEqual([]);
});

test("pruned weights keep no optimizer state", async () => {
  const tensors = await finalTensors(tinyDecoder({}, { final: 0.75 }));
  for (const [name, { data }] of tensors) {
    if (!isBlock(name)) continue;
    for (const plane of ["firstMoment", "secondMoment"]) {
      const state = tensors.get(`training.${plane}.${name}`)!.data;
      expect(
        state.every((x, i) => data[i] !== 0 || x === 0),
        `${plane} of ${name}`,
      ).toBe(true);
    }
  }
});

test("the mask updates follow the cubic ramp and the last one hits the target", async () => {
  const events: RunEvent[] = [];
  await train(tinyDecoder({ steps: 40 }, { final: 0.75 }), { onEvent: (event) => events.push(event) });
  const masks = events.filter((event) => event.type === "mask");
  for (const { step, sparsity } of masks) expect(sparsity).toBeCloseTo(0.75 * (1 - (1 - (step - 10) / 20) ** 3), 2);
  expect(masks.at(-1)).toMatchObject({ step: 30, sparsity: 0.75, csrTensors: 6 + 1 });
});

test("masked dense and CSR training learn the same to rounding", async () => {
  const [masked, csr] = await Promise.all(
    [0, 1].map((switchDensity) => train(tinyDecoder({ steps: 60 }, { final: 0.75, switchDensity }))),
  );
  expect(Math.abs(masked!.validLoss - csr!.validLoss)).toBeLessThan(1e-3);
});
