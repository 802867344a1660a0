import { describe, expect, test } from "vitest";
import { symmetricEigen } from "../../src/fit/uncertainty/eigen.ts";
import {
  chiSquareMedian,
  fQuantile,
  incompleteBeta,
  intervalOf,
  logGamma,
  quantile,
} from "../../src/fit/uncertainty/quantiles.ts";

describe("quantiles", () => {
  test.each([
    [1, 12.7062047364],
    [10, 2.2281388519],
    [41, 2.0195409704],
    [100, 1.9839715185],
  ])("F(1, %i) at 95 %% is the square of Student's t at 97.5 %%, %d", (degrees, t) => {
    expect(fQuantile(0.95, degrees) / (t * t)).toBeCloseTo(1, 8);
  });

  test("ln Γ and the incomplete beta function have their known values", () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(10)).toBeCloseTo(Math.log(362_880), 12);
    expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 14);
    expect(incompleteBeta(0.5, 7, 7)).toBeCloseTo(0.5, 13);
    expect(incompleteBeta(0.2, 2, 3)).toBeCloseTo(0.1808, 13);
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });

  test("the median of χ² is within a percent or two of its tables", () => {
    for (const [degrees, median] of [
      [2, 1.3863],
      [5, 4.3515],
      [7, 6.3458],
    ] as const)
      expect(Math.abs(chiSquareMedian(degrees) / median - 1)).toBeLessThan(0.03 / degrees);
  });

  test("of a sample lie straight between its order statistics", () => {
    expect([0, 0.25, 0.5, 1].map((p) => quantile([4, 1, 3, 2], p))).toEqual([1, 1.75, 2.5, 4]);
    expect(intervalOf(Array.from({ length: 1001 }, (_, i) => i))).toEqual({ low: 25, high: 975 });
  });
});

describe("eigenvalues and vectors", () => {
  const matrices: Record<string, number[][]> = {
    diagonal: [
      [3, 0],
      [0, -1],
    ],
    "2 × 2": [
      [2, 1],
      [1, 2],
    ],
    "Hilbert 5 × 5": Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => 1 / (i + j + 1))),
  };

  test.each(Object.entries(matrices))("of a %s matrix satisfy A·v = λ·v, and the vectors are orthonormal", (_, a) => {
    const { values, vectors } = symmetricEigen(a);
    for (const [k, v] of vectors.entries()) {
      for (const [i, line] of a.entries())
        expect(line.reduce((sum, x, j) => sum + x * v[j]!, 0)).toBeCloseTo(values[k]! * v[i]!, 13);
      for (const [l, w] of vectors.entries())
        expect(v.reduce((sum, x, j) => sum + x * w[j]!, 0)).toBeCloseTo(k === l ? 1 : 0, 13);
    }
  });

  test("are those of the tables, smallest first", () => {
    expect(symmetricEigen(matrices.diagonal!).values).toEqual([-1, 3]);
    expect(symmetricEigen(matrices["2 × 2"]!).values.map((v) => Number(v.toFixed(12)))).toEqual([1, 3]);
    const hilbert = [3.287928772171e-6, 3.05898040151e-4, 1.140749162342e-2, 0.208534218611, 1.567050691098];
    for (const [i, value] of symmetricEigen(matrices["Hilbert 5 × 5"]!).values.entries())
      expect(Math.abs(value / hilbert[i]! - 1)).toBeLessThan(1e-9);
  });
});
