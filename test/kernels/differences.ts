import { expect } from "vitest";

/** Five-point differences of f64 functions err by about h⁴·f⁽⁵⁾/30 + 1e-16/h. */
const STEP = 1e-3;
const TOLERANCE = 1e-8;

/** Checks that `gradient` is the derivative of `loss` by each element of `variable`, whose contents `loss` reads. */
export function expectGradient(
  label: string,
  loss: () => number,
  variable: Float64Array,
  gradient: Float64Array,
): void {
  for (let i = 0; i < variable.length; i++) {
    const value = variable[i]!;
    const lossAt = (h: number) => {
      variable[i] = value + h;
      return loss();
    };
    const difference = (8 * (lossAt(STEP) - lossAt(-STEP)) - (lossAt(2 * STEP) - lossAt(-2 * STEP))) / (12 * STEP);
    variable[i] = value;
    const error = Math.abs(difference - gradient[i]!);
    expect(error, `${label}, element ${i}: ${gradient[i]} against ${difference}`).toBeLessThan(
      TOLERANCE * (1 + Math.abs(difference)),
    );
  }
}

/** Σ weights·values: turns an output into a loss whose gradient by that output is `weights`. */
export function dot(weights: Float64Array, values: Float64Array): number {
  return weights.reduce((sum, w, i) => sum + w * values[i]!, 0);
}
