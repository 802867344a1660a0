import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { type FitRow, fitLaw, type Law, multiplierLaw, sparseLaw } from "../../src/fit/index.ts";
import { lawNamed } from "../../src/fit/laws/index.ts";
import { naturalUnits, toTheta } from "../../src/fit/laws/law.ts";
import { powerFormOf } from "../../src/fit/laws/power-law.ts";
import { RESIDUALS } from "../../src/fit/solve/choices.ts";
import type { Objective } from "../../src/fit/solve/minimise.ts";
import { fitObjective, type ObjectiveOptions } from "../../src/fit/solve/objective.ts";
import { powerObjectives, type WeightedObjectives } from "../../src/fit/solve/power-objective.ts";
import { builtInLaws, randomPoint } from "./built-in-laws.ts";
import { grid, plant } from "./planted.ts";

const units = naturalUnits(grid);

/** Rows of a planted law, with a tenth of noise, and points about the truth. */
function tableOf(law: Law, seed: number): { rows: FitRow[]; thetas: Float64Array[] } {
  const truth = randomPoint(law, seed);
  const rows = plant(law, law.publish(truth, units), { noise: 0.1, seed });
  const stream = new RandomStream(seed, "point near the truth");
  const thetas = [0, 0.01, 1].map((width) => toTheta(law, truth).map((t) => t + width * stream.normal()));
  return { rows, thetas };
}

function inWasm(law: Law, rows: readonly FitRow[], options: ObjectiveOptions): Promise<WeightedObjectives> {
  return powerObjectives(law, powerFormOf(law)!, rows, units, options);
}

/** Value and gradient, which two objectives must share within 1e-11 of the largest part. */
function expectSame(wasm: Objective, twin: Objective, theta: Float64Array): void {
  const [a, b] = [new Float64Array(theta.length), new Float64Array(theta.length)];
  const [value, expected] = [wasm(theta, a), twin(theta, b)];
  expect(Math.abs(value - expected), `value ${value} against ${expected}`).toBeLessThanOrEqual(1e-11 * expected);
  const size = Math.max(...b.map(Math.abs));
  for (const [i, slope] of b.entries())
    expect(Math.abs(a[i]! - slope), `coordinate ${i}: ${a[i]} against ${slope}`).toBeLessThanOrEqual(1e-11 * size);
}

const sumsOfPowers = builtInLaws.filter((law) => powerFormOf(law) !== undefined);

describe.each(sumsOfPowers)("the objective of the $name law in wasm", (law) => {
  test.each(RESIDUALS)("equals its twin in value and gradient within 1e-11 (%s residuals)", async (residual) => {
    const { rows, thetas } = tableOf(law, 11);
    for (const delta of [1e-3, 0.1, Number.POSITIVE_INFINITY])
      for (const scale of [1, 36e6]) {
        const options = { residual, delta, scale };
        const wasm = (await inWasm(law, rows, options))();
        for (const theta of thetas) expectSame(wasm, fitObjective(law, rows, units, options), theta);
      }
  });

  test("equals its twin for 1 to 9 rows, and for weights of which some are 0", async () => {
    const { rows, thetas } = tableOf(law, 12);
    const options = { residual: "log", delta: 0.05 } as const;
    for (let count = 1; count <= 9; count++) {
      const some = rows.filter((_, i) => i % 4 === count % 4).slice(0, count);
      const objectives = await inWasm(law, some, options);
      const weights = some.map((_, i) => (i + count) % 3);
      const halves = some.map((_, i) => (i === 0 ? 0.5 : 0));
      for (const theta of thetas) {
        expectSame(objectives(), fitObjective(law, some, units, options), theta);
        if (count > 2) expectSame(objectives(weights), fitObjective(law, some, units, options, weights), theta);
        expectSame(objectives(halves), fitObjective(law, some, units, options, halves), theta);
      }
    }
  });
});

describe("weighted objectives of one table", () => {
  const options = { residual: "log", delta: 0.01 } as const;
  const { rows, thetas } = tableOf(sparseLaw, 13);
  const theta = thetas[1]!;
  const valueAtTheta = (objective: Objective) => objective(theta, new Float64Array(theta.length));

  test("do not disturb each other when they are used in turn", async () => {
    const weights = rows.map((_, i) => i % 4);
    const alone = async (w?: number[]) => valueAtTheta((await inWasm(sparseLaw, rows, options))(w));
    const [first, second] = [await alone(), await alone(weights)];
    const objectives = await inWasm(sparseLaw, rows, options);
    const [plain, weighted] = [objectives(), objectives(weights)];
    expect([plain, weighted, plain, weighted].map(valueAtTheta)).toEqual([first, second, first, second]);
  });

  test("have the bits of a table without the rows of weight 0", async () => {
    const weights = rows.map((_, i) => Number(i % 3 !== 1));
    const kept = rows.filter((_, i) => weights[i]! > 0);
    const [all, some] = [await inWasm(sparseLaw, rows, options), await inWasm(sparseLaw, kept, options)];
    expect(valueAtTheta(all(weights))).toBe(valueAtTheta(some()));
  });

  test("count a row of weight 2 as two rows", async () => {
    const doubled = [...rows, rows[5]!];
    const [single, twice] = [await inWasm(sparseLaw, rows, options), await inWasm(sparseLaw, doubled, options)];
    const weighted = valueAtTheta(single(rows.map((_, i) => (i === 5 ? 2 : 1))));
    expect(Math.abs(weighted / valueAtTheta(twice()) - 1)).toBeLessThan(1e-13);
  });
});

test.each(
  RESIDUALS,
)("where the law overflows, or has no logarithm, the objective is infinite, not NaN (%s)", async (residual) => {
  const { rows } = tableOf(sparseLaw, 14);
  const objective = (await inWasm(sparseLaw, rows, { residual, delta: 0.01 }))();
  const at = (...theta: number[]) => objective(Float64Array.from(theta), new Float64Array(7));
  expect(at(800, 0, 0, 0, 0, 0, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(at(Number.NaN, 0, 0, 0, 0, 0, 0)).toBe(Number.POSITIVE_INFINITY);
  const nothing = at(-900, 0, -900, 0, -900, 0, -900);
  if (residual === "raw") expect(nothing).toBeLessThan(Number.POSITIVE_INFINITY);
  else expect(nothing).toBe(Number.POSITIVE_INFINITY);
});

test("a fit gives on every machine the bits it gave where these were taken (x86-64, Node 24)", async () => {
  const truth = { aS: 9, bS: 0.9, cS: 14, bN: 0.3, aD: 4e6, bD: 0.6, c: 0.9 };
  const rows = grid.map((row, i) => ({
    ...row,
    loss: sparseLaw.predict(truth, row) * (1 + (((7 * i) % 11) - 5) / 1000),
  }));
  const { params, huberMean } = await fitLaw(rows, { residual: "log", starts: 6 });
  expect({ ...params, huberMean }).toEqual({
    aS: 7.740075501239295,
    bS: 0.8651983640325954,
    cS: 11.975816991943278,
    bN: 0.28501914400313766,
    aD: 3980022.944306302,
    bD: 0.5599929051170814,
    c: 0.863044058995869,
    huberMean: 0.000002002483769024768,
  });
});

test("sparsity levels that the table misses are columns of zeros", async () => {
  const law = multiplierLaw([0, 0.3, 0.5, 0.75, 0.875]);
  const { rows, thetas } = tableOf(law, 15);
  const options = { residual: "raw", delta: 0.01 } as const;
  expectSame((await inWasm(law, rows, options))(), fitObjective(law, rows, units, options), thetas[2]!);
});

test("laws of one's own are no sums of powers", () => {
  expect(powerFormOf(lawNamed("E + A/N^alpha"))).toBeUndefined();
});
