/** Tables that follow a known law, with or without noise. */
import { RandomStream } from "../../src/core/rng.ts";
import type { FitRow, Law } from "../../src/fit/index.ts";

/** 3 sizes × 4 sparsities × 3 amounts of data, as in the demo's sweep. */
export const grid = [1e5, 4e5, 1.6e6].flatMap((nonzeroParams) =>
  [0, 0.5, 0.75, 0.875].flatMap((sparsity) => [1e7, 3e7, 9e7].map((data) => ({ nonzeroParams, sparsity, data }))),
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
