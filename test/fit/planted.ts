/** Tables that follow a known law, with or without noise. */
import { RandomStream } from "../../src/core/rng.ts";
import type { FitRow, Law } from "../../src/fit/index.ts";

/** 3 sizes × 4 sparsities × 3 amounts of data, as in the demo's sweep. */
export const grid = [1e5, 4e5, 1.6e6].flatMap((nonzeroParams) =>
  [0, 0.5, 0.75, 0.875].flatMap((sparsity) => [1e7, 3e7, 9e7].map((data) => ({ nonzeroParams, sparsity, data }))),
);

/** Non-zero sizes that are shares of a model, each at every sparsity and amount of data. */
function gridOf(params: number, shares: number[], sparsities: number[], data: number[]) {
  return shares.flatMap((share) =>
    sparsities.flatMap((sparsity) => data.map((amount) => ({ sparsity, nonzeroParams: params * share, data: amount }))),
  );
}
const halvings = (exponents: number[]) => exponents.map((exponent) => 2 ** -exponent);

/** The runs of the paper's T5 table, and about those of its ViT table. */
export const t5Grid = gridOf(
  169_869_312,
  halvings([7, 5, 3, 1]),
  [0, 0.5, 0.75, 0.875],
  [250_000, 500_000, 1_000_000].map((steps) => steps * 65_536),
);
export const vitGrid = gridOf(
  84_934_656,
  halvings([7, 6, 5, 4, 3]),
  [0, 0.5, 0.75, 0.875, 0.9375],
  [225e6, 450e6, 900e6, 1800e6],
);

/** @param noise standard deviation of ln L */
export function plant<P extends Readonly<Record<string, number>>>(
  law: Law<P>,
  params: P,
  { noise = 0, seed = 0, inputs = grid } = {},
): FitRow[] {
  const stream = new RandomStream(seed, "planted noise");
  return inputs.map((row) => ({ ...row, loss: law.predict(params, row) * Math.exp(noise * stream.normal()) }));
}

/** |a/b − 1| */
export function relativeError(a: number, b: number): number {
  return Math.abs(a / b - 1);
}
