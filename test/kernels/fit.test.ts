import { describe, expect, it } from "vitest";
import { exp, log } from "../../src/core/math.ts";
import { callKernel } from "./call.ts";
import { checkKernel, noise } from "./contract.ts";
import { describeBuilds } from "./module.ts";

const exact = { relative: 0, absolute: 0 };
const lengths = [1, 2, 3, 4, 5, 255, 256, 257, 1031];

/** Powers of two from the smallest subnormal to the largest, each at both ends and in between; ±0, ±Infinity and NaN. */
const everyMagnitude = Float64Array.from([
  ...[0, -0, Infinity, -Infinity, Number.NaN, Number.MAX_VALUE, Number.MIN_VALUE, 2.225073858507201e-308],
  ...Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074)).flatMap((power) =>
    [1, 1 + 2 ** -52, 1.3, Math.SQRT2, 1.4142135623730954, 2 - 2 ** -52].flatMap((m) => [m * power, -m * power]),
  ),
]);
/** Around the ends of eˣ's range and densely inside it. */
const exponents = Float64Array.from([
  ...[-746, -745.2, -745.1, -708.5, 709.7, 709.78, 709.79, 710, 711].flatMap((x) => [x, x * (1 + 2 ** -52)]),
  ...Array.from({ length: 100_000 }, (_, i) => -750 + (i * 1465) / 100_000),
]);

describeBuilds((module) => {
  describe("elementary functions in f64", () => {
    it.each(lengths)("exp and log of %i numbers have the bits of src/core/math.ts", (length) => {
      const x = Float64Array.from(noise(length, length));
      for (const name of ["f64_exp", "f64_log"] as const)
        checkKernel(module, name, {
          label: `length=${length}, seed=${length}`,
          extent: length,
          args: { x, y: new Float64Array(length) },
          tolerance: exact,
        });
    });

    it.each([
      ["f64_exp", exp],
      ["f64_log", log],
    ] as const)("%s has the bits of its twin at every magnitude, at 0, at infinity and at NaN", (name, twin) => {
      for (const x of [everyMagnitude, exponents, exponents.map(Math.exp)]) {
        const y = new Float64Array(x.length);
        callKernel(module, name, { extent: x.length, args: { x, y } });
        const wrong = x.findIndex((value, i) => !Object.is(y[i], twin(value)));
        expect(wrong, `x = ${x[wrong]}: got ${y[wrong]}, expected ${twin(x[wrong]!)}`).toBe(-1);
      }
    });
  });

  describe.each(["sparse", "levels", "outer"] as const)("the Huber loss of a sum of powers, %s", (shape) => {
    it.each([0, 1, 2, 3, 24])("has the bits of its twin for %i pairs of rows", (pairs) => {
      for (const isLog of [0, 1])
        for (const delta of [1e-3, 0.3, Infinity]) {
          const args = objectiveOf(shape, { pairs, isLog, delta, points: 4, seed: pairs + 1 });
          const label = `${shape}, pairs=${pairs}, isLog=${isLog}, delta=${delta}, seed=${pairs + 1}`;
          checkKernel(module, "f64_power_law_huber", { label, extent: 4, args, tolerance: exact });
        }
    });

    it.each([0, 1])("has the gradient that central differences give (isLog = %i)", (isLog) => {
      const args = objectiveOf(shape, { pairs: 5, isLog, delta: 0.3, points: 1, seed: 7 });
      const valueAt = (index: number, shift: number) => {
        const points = args.points.with(index, args.points[index]! + shift);
        callKernel(module, "f64_power_law_huber", { extent: 1, args: { ...args, points } });
        return args.values[0]!;
      };
      for (const index of args.points.keys()) {
        const slope = (valueAt(index, 1e-5) - valueAt(index, -1e-5)) / 2e-5;
        valueAt(index, 0);
        expect(args.gradients[index]!, `coordinate ${index}`).toBeCloseTo(slope, 7);
      }
    });
  });

  it("is NaN or Infinity, in value, where a row's loss overflows or has no logarithm", () => {
    const args = objectiveOf("sparse", { pairs: 3, isLog: 1, delta: 0.01, points: 3, seed: 5 });
    const [size, coefficient] = [args.coordinates, 0];
    args.points[coefficient] = 800;
    args.points.fill(-2000, size, 2 * size);
    callKernel(module, "f64_power_law_huber", { extent: 3, args });
    expect(args.values[0]! < Infinity).toBe(false);
    expect(args.values[1]! < Infinity).toBe(false);
    expect(args.values[2]! < Infinity).toBe(true);
  });
});

/** Terms as [coordinate, column, sign]; −1 stands for 1. */
const shapes = {
  // a·S^b·N^−c + d·N^−c + e·D^−f + g
  sparse: {
    terms: [
      [
        [0, -1, 1],
        [1, 0, 1],
        [2, 1, -1],
      ],
      [
        [3, -1, 1],
        [2, 1, -1],
      ],
      [
        [4, -1, 1],
        [5, 2, -1],
      ],
      [[6, -1, 1]],
    ],
    coordinates: 7,
    outer: -1,
  },
  // two factors that belong to some of the rows each
  levels: {
    terms: [
      [[0, -1, 1]],
      [
        [1, -1, 1],
        [2, 1, -1],
        [3, 0, 1],
        [4, 2, 1],
      ],
    ],
    coordinates: 5,
    outer: -1,
  },
  // (a·N^−b + c/D)^d
  outer: {
    terms: [
      [
        [0, -1, 1],
        [1, 0, -1],
      ],
      [
        [2, -1, 1],
        [-1, 1, -1],
      ],
    ],
    coordinates: 4,
    outer: 3,
  },
};

const COLUMNS = 3;

/** Columns of ±1, targets from 1 to 2, a third of the weights 0. */
function objectiveOf(
  shape: keyof typeof shapes,
  { pairs, isLog, delta, points, seed }: Record<"pairs" | "isLog" | "delta" | "points" | "seed", number>,
) {
  const { terms, coordinates, outer } = shapes[shape];
  const rows = 2 * pairs;
  const columns = Float64Array.from(noise(COLUMNS * rows, seed));
  const targets = Float64Array.from(noise(rows, seed + 1), (x) => (isLog ? log(1.5 + x / 2) : 1.5 + x / 2));
  const weights = Float64Array.from({ length: rows }, (_, row) => row % 3);
  return {
    points: Float64Array.from(noise(points * coordinates, seed + 2), (x) => x / 2 + 0.1),
    program: Int32Array.from(terms.flatMap((factors) => [factors.length, ...factors.flat()])),
    table: Float64Array.from([...columns, ...targets, ...weights]),
    delta: Float64Array.of(delta),
    pairs,
    columns: COLUMNS,
    coordinates,
    terms: terms.length,
    outer,
    isLog,
    values: new Float64Array(points),
    gradients: new Float64Array(points * coordinates),
    scratch: { bytes: (terms.length + 1) * pairs * 16 },
  };
}
