import { expect, it } from "vitest";
import { binStart, summariseWeights, WEIGHT_BINS } from "../../src/report/data/weight-summary.ts";
import { sparsityScale } from "../../src/report/draw/colours.ts";
import type { Checkpoint, NamedArray } from "../../src/store/store.ts";
import { plantedWeights, weightsFigure } from "./fixture.ts";
import { parseSvg } from "./svg-reader.ts";

const f32 = (...values: number[]): NamedArray => ({ shape: [2, values.length / 2], data: Float32Array.from(values) });
const mask = (...values: number[]): NamedArray => ({ shape: [2, values.length / 2], data: Uint8Array.from(values) });
const checkpoint = (tensors: Record<string, NamedArray>): Checkpoint => ({
  step: 1,
  tensors: new Map(Object.entries(tensors)),
  metadata: {},
});

it("a summary counts what the mask keeps, and sizes of what is not zero", () => {
  const [summary] = summariseWeights(
    checkpoint({ w: f32(0.5, -0.05, 0, 0, 0, 0, 0, 0), "training.mask.w": mask(1, 1, 1, 0, 0, 0, 0, 0) }),
  );
  expect(summary).toMatchObject({ name: "w", shape: [2, 4], density: 3 / 8 });
  const filled = summary!.counts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []));
  expect(filled.map(([, count]) => count)).toEqual([1, 1]);
  for (const [i, size] of [0.05, 0.5].entries()) {
    expect(binStart(filled[i]![0]!)).toBeLessThanOrEqual(size);
    expect(binStart(filled[i]![0]! + 1)).toBeGreaterThan(size);
  }
});

it("sizes off the bins count in the outermost", () => {
  const [{ counts } = { counts: [] }] = summariseWeights(
    checkpoint({ w: f32(1e-30, 1e9), "training.mask.w": mask(1, 1) }),
  );
  expect([counts[0], counts.at(-1)]).toEqual([1, 1]);
  expect(counts.length).toBe(WEIGHT_BINS.perDecade * (WEIGHT_BINS.highest - WEIGHT_BINS.lowest));
});

it("tensors without a mask are left out, and block 10 stands after block 9", () => {
  const named = (name: string) => ({ [name]: f32(1, 1), [`training.mask.${name}`]: mask(1, 1) });
  const tensors = { ...named("block10.w"), ...named("block9.w"), norm: f32(1, 1), "training.m.norm": f32(1, 1) };
  expect(summariseWeights(checkpoint(tensors)).map(({ name }) => name)).toEqual(["block9.w", "block10.w"]);
});

it("the figure has a bar as long as the density and one histogram for each tensor", () => {
  const weights = plantedWeights();
  const svg = parseSvg(weightsFigure(weights, sparsityScale([0, 0.75]))!);
  const bars = [...svg.querySelectorAll('[aria-label="rect"] rect')].map((rect) => Number(rect.getAttribute("width")));
  expect(bars.length).toBe(weights.tensors.length);
  for (const [i, { density }] of weights.tensors.entries()) expect(bars[i]! / bars[0]!).toBeCloseTo(density / 0.25, 2);
  expect(svg.querySelectorAll('[aria-label="area"] path').length).toBe(weights.tensors.length);
});

it("a run that prunes nothing has no such figure", () => {
  expect(weightsFigure({ ...plantedWeights(), tensors: [] }, sparsityScale([0]))).toBeUndefined();
});

it("a tensor without a weight left is drawn empty", () => {
  const weights = plantedWeights();
  const empty = { ...weights.tensors[0]!, density: 0, counts: weights.tensors[0]!.counts.map(() => 0) };
  for (const tensors of [[empty], [empty, weights.tensors[1]!]])
    expect(weightsFigure({ ...weights, tensors }, sparsityScale([0.75]))).not.toMatch(/NaN|Infinity|undefined/);
});
