import { describe, expect, test } from "vitest";
import { tasksOnPool } from "../../src/fit/fit-pool.ts";
import {
  type ChinchillaParams,
  chinchillaLaw,
  fitLaw,
  predictLoss,
  type SparseParams,
  sparseLaw,
} from "../../src/fit/index.ts";
import { LAW_NAMES } from "../../src/fit/laws/index.ts";
import type { End } from "../../src/fit/solve/constrained.ts";
import { grid, plant, relativeError } from "./planted.ts";

const sparse: SparseParams = { aS: 9, bS: 0.9, cS: 14, bN: 0.3, aD: 4e6, bD: 0.6, c: 0.9 };
const chinchilla: ChinchillaParams = { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 };

describe("planted laws", () => {
  test.each([
    "raw",
    "log",
  ] as const)("the sparse law is recovered within 1e-6 from %s residuals without noise", async (residual) => {
    const fit = await fitLaw(plant(sparseLaw, sparse), { residual, starts: 20 });
    for (const name of sparseLaw.parameters)
      expect(relativeError(fit.params[name]!, sparse[name]), name).toBeLessThan(1e-6);
    expect(fit.startsAtOptimum).toBeGreaterThanOrEqual(16);
    expect(fit.warnings).toEqual([]);
  });

  test("the Chinchilla law is recovered within 1e-6, and needs no sparsity", async () => {
    const inputs = grid
      .filter((row) => row.sparsity === 0)
      .flatMap((row) => [row, { ...row, nonzeroParams: 7 * row.nonzeroParams }]);
    const fit = await fitLaw(plant(chinchillaLaw, chinchilla, { inputs }), { law: "chinchilla", starts: 20 });
    for (const name of chinchillaLaw.parameters)
      expect(relativeError(fit.params[name]!, chinchilla[name]), name).toBeLessThan(1e-6);
  });

  test.each([
    1, 2, 3,
  ])("noise of 1 %% moves the predictions of 36 runs by less than 0.8 %% on average (seed %i)", async (seed) => {
    const fit = await fitLaw(plant(sparseLaw, sparse, { noise: 0.01, seed }), { starts: 20 });
    const moved = grid.map((row) => relativeError(predictLoss(fit, row), sparseLaw.predict(sparse, row)));
    expect(moved.reduce((sum, error) => sum + error, 0) / grid.length, `seed ${seed}`).toBeLessThan(0.008);
    expect(fit.meanAbsolutePercentageError).toBeGreaterThan(0.4);
    expect(fit.meanAbsolutePercentageError).toBeLessThan(1);
  });

  test("one wild run in 36 moves predictions by less than 0.5 %", async () => {
    const rows = plant(sparseLaw, sparse, { noise: 0.001 });
    rows[7] = { ...rows[7]!, loss: 3 * rows[7]!.loss };
    const fit = await fitLaw(rows, { starts: 20 });
    for (const row of grid)
      expect(
        relativeError(sparseLaw.predict(fit.params as SparseParams, row), sparseLaw.predict(sparse, row)),
      ).toBeLessThan(0.005);
  });
});

describe("a fit", () => {
  const rows = plant(sparseLaw, sparse, { noise: 0.01, seed: 4 });

  test("has the same bits whatever the order of the runs", async () => {
    const shuffled = rows.map((_, i) => rows[(i * 7) % rows.length]!);
    expect(await fitLaw(shuffled, { starts: 10 })).toEqual(await fitLaw(rows, { starts: 10 }));
  });

  test("does not depend on the units of N and D", async () => {
    const inMillions = rows.map((row) => ({ ...row, nonzeroParams: row.nonzeroParams / 1e6, data: row.data / 1e9 }));
    const [raw, scaled] = [await fitLaw(rows, { starts: 10 }), await fitLaw(inMillions, { starts: 10 })];
    expect(relativeError(scaled.huberMean, raw.huberMean)).toBeLessThan(1e-9);
    expect(relativeError(scaled.params.bS!, raw.params.bS!)).toBeLessThan(1e-4);
    expect(relativeError(scaled.params.aD! * 1e9, raw.params.aD!)).toBeLessThan(1e-4);
    expect(relativeError(scaled.params.cS! * 1e6 ** raw.params.bN!, raw.params.cS!)).toBeLessThan(1e-4);
  });

  test.each([2, 3, 4])("has the same bits on %i threads as on one", async (threads) => {
    const inline = await fitLaw(rows, { starts: 25 });
    expect(await fitLaw(rows, { starts: 25, run: tasksOnPool(threads) })).toEqual(inline);
  });

  test("counts every start once: at the optimum, at another one, or not converged", async () => {
    const fit = await fitLaw(rows, { starts: 50, seed: 9 });
    const counted = fit.localOptima.reduce((sum, optimum) => sum + optimum.count, fit.startsNotConverged);
    expect(counted).toBe(50);
    expect(fit.localOptima[0]).toEqual({ huberMean: fit.huberMean, count: fit.startsAtOptimum, params: fit.params });
    expect(fit.huberSum).toBe(fit.huberMean * rows.length);
  });

  test("takes a law of one's own on this thread, and says that it cannot go to a pool", async () => {
    const law = { ...sparseLaw, name: "my own" };
    expect((await fitLaw(rows, { law, starts: 5 })).law).toBe("my own");
    await expect(fitLaw(rows, { law, starts: 5, run: tasksOnPool(2) })).rejects.toThrow(/`threads` must be 1 .* got 2/);
  });
});

describe("a table that cannot hold the law", () => {
  const rows = plant(sparseLaw, sparse);

  test("is refused where it has no more rows than the law has parameters", async () => {
    await expect(fitLaw(rows.slice(0, 7))).rejects.toThrow(
      "rows must be more than the 7 parameters of the sparse law; got 7",
    );
  });

  test.each(["sparsity", "nonzeroParams", "data"] as const)("is refused where %s never changes", async (input) => {
    const constant = rows.map((row) => ({ ...row, [input]: rows[1]![input] }));
    await expect(fitLaw(constant)).rejects.toThrow(
      new RegExp(`${input === "nonzeroParams" ? "non-zero parameters N" : input} .*at least 2 values`),
    );
  });

  test.each([
    ["sparsity", 1],
    ["sparsity", -0.1],
    ["sparsity", Number.NaN],
    ["nonzeroParams", 0],
    ["data", -5],
    ["loss", 0],
    ["loss", Number.POSITIVE_INFINITY],
  ] as const)("is refused for %s = %d, by the row's number", async (field, value) => {
    const bad = rows.with(4, { ...rows[4]!, [field]: value });
    await expect(fitLaw(bad)).rejects.toThrow(new RegExp(`row 5: ${field} must be .*got ${value}`));
  });

  test("is fitted with a warning where an input takes two values only", async () => {
    const twoSizes = rows.filter((row) => row.nonzeroParams < 1e6);
    const { warnings } = await fitLaw(twoSizes, { starts: 10 });
    expect(warnings).toContain("non-zero parameters N takes two values only: its exponent is hardly identified.");
  });

  test.each([
    ["aS", /\b(aS|bS) ran off/],
    ["cS", /\bcS ran off/],
    ["c", /\bc ran off/],
  ])("is fitted with a warning that names %s where it has nothing to explain", async (name, warning) => {
    const without = rows.map((row) => ({ ...row, loss: sparseLaw.predict({ ...sparse, [name]: 0 }, row) }));
    const { warnings, params } = await fitLaw(without, { starts: 10 });
    expect(warnings.join(" ")).toMatch(warning);
    for (const [, ranOff, value] of warnings.join(" ").matchAll(/(\w+) ran off to (\S+):/g))
      expect(Number(value)).toBe(Number(params[ranOff!]!.toPrecision(2)));
  });

  test("is fitted with a warning where the starts disagree, or one that did not converge came lowest", async () => {
    const end = (x: number, value: number, isStationary: boolean): End => {
      return { x: new Float64Array(7).fill(x), value, isStationary, relativeGradient: 0, iterations: 9, atBounds: [] };
    };
    const ends = [end(0, 2e-6, true), end(-1, 3e-6, true), end(-2, 4e-6, true), end(-3, 1e-6, false)];
    const fit = await fitLaw(rows, { starts: 4, run: async () => [ends] as never });
    expect([fit.huberMean, fit.startsAtOptimum, fit.startsNotConverged]).toEqual([2e-6, 1, 1]);
    expect(fit.localOptima.map((optimum) => optimum.huberMean)).toEqual([2e-6, 3e-6, 4e-6]);
    expect(fit.warnings.join(" ")).toMatch(/Only 1 of 4 starts .* did not converge came lower/);
  });

  test("is refused where no search converges", async () => {
    const unfinished = { value: 1, isStationary: false, relativeGradient: 1, iterations: 2000, atBounds: [] };
    const ends = [{ ...unfinished, x: new Float64Array(7) }];
    await expect(fitLaw(rows, { starts: 1, run: async () => [ends] as never })).rejects.toThrow(
      "no convergence from any of 1 starts",
    );
  });

  test.each([
    ["delta", 0],
    ["starts", 0],
    ["starts", 2.5],
    ["objectiveScale", -1],
  ])("an option out of range is named: %s = %d", async (option, value) => {
    await expect(fitLaw(rows, { [option]: value })).rejects.toThrow(new RegExp(`\`${option}\` must be .*got ${value}`));
  });

  test("an unknown law is answered with those there are", async () => {
    await expect(fitLaw(rows, { law: "hoffmann" })).rejects.toThrow(
      new RegExp(`\`law\` must be one of ${LAW_NAMES.join(", ")}, or a formula .*; got "hoffmann"`),
    );
  });
});
