import { describe, expect, test } from "vitest";
import { optimumOf, poseFit } from "../../src/fit/fit.ts";
import { fitLaw, kaplanLaw, type SparseParams, sparseLaw } from "../../src/fit/index.ts";
import { fromTheta } from "../../src/fit/laws/law.ts";
import { minimiseWith } from "../../src/fit/solve/constrained.ts";
import { objectivesOf } from "../../src/fit/solve/problem.ts";
import { grid, plant, relativeError } from "./planted.ts";

const sparse: SparseParams = { aS: 9, bS: 0.9, cS: 14, bN: 0.3, aD: 4e6, bD: 0.6, c: 0.9 };
const rows = plant(sparseLaw, sparse, { noise: 0.01, seed: 2 });
const options = { starts: 15 };
const free = await fitLaw(rows, options);

describe("a parameter held at a value", () => {
  test.each(sparseLaw.parameters)("%s: the others reach a minimum along which it keeps the value", async (name) => {
    const problem = poseFit(rows, options);
    const objective = (await objectivesOf(problem))();
    const optimum = optimumOf(problem, free);
    const value = 1.2 * free.params[name]!;
    const held = minimiseWith(problem, objective, optimum, new Map([[name, value]]));
    expect(held.isStationary).toBe(true);
    expect(held.value).toBeGreaterThan(free.huberMean);
    const params = sparseLaw.publish(fromTheta(sparseLaw, held.x), problem.units);
    expect(relativeError(params[name], value)).toBeLessThan(1e-10);
    const again = minimiseWith(problem, objective, held.x, new Map([[name, value * (1 + 1e-7)]]));
    expect(relativeError(again.value, held.value)).toBeLessThan(1e-5);
  });

  test("held where it is best anyhow, it changes nothing", async () => {
    const problem = poseFit(rows, options);
    const objective = (await objectivesOf(problem))();
    for (const name of sparseLaw.parameters) {
      const held = minimiseWith(problem, objective, optimumOf(problem, free), new Map([[name, free.params[name]!]]));
      expect(relativeError(held.value, free.huberMean), name).toBeLessThan(1e-9);
    }
  });

  test("Kaplan's αN, whose coordinate is a ratio, is held together with Nc", async () => {
    const inputs = grid.map((row) => ({ ...row, sparsity: 0 }));
    const truth = { Nc: 8.8e8, alphaN: 0.076, Dc: 5.4e8, alphaD: 0.095 };
    const table = plant(kaplanLaw, truth, { noise: 0.002, inputs });
    const setting = { law: "kaplan", starts: 30 };
    const fit = await fitLaw(table, setting);
    const problem = poseFit(table, setting);
    const objective = (await objectivesOf(problem))();
    const fixed = new Map([
      ["Nc", fit.params.Nc! * 1.5],
      ["alphaN", 0.08],
    ]);
    const held = minimiseWith(problem, objective, optimumOf(problem, fit), fixed);
    const params = kaplanLaw.publish(fromTheta(kaplanLaw, held.x), problem.units);
    expect(held.isStationary).toBe(true);
    expect(relativeError(params.alphaN, 0.08)).toBeLessThan(1e-10);
    expect(relativeError(params.Nc, 1.5 * fit.params.Nc!)).toBeLessThan(1e-10);
  });
});

describe("bounds", () => {
  test("that do not bind leave every bit of the fit as it is", async () => {
    const bounded = await fitLaw(rows, { ...options, bounds: { bD: { low: 1e-3, high: 50 }, aS: { high: 1e9 } } });
    expect({ ...bounded, bounds: {} }).toEqual(free);
  });

  test.each([
    ["bD", { high: 0.5 }, 0.5],
    ["bN", { low: 0.35 }, 0.35],
    ["aS", { low: 1, high: 4 }, 4],
    ["aD", { high: 3e6 }, 3e6],
  ] as const)("%s %o: the optimum lies on the end that it would pass, and a warning says so", async (name, range, end) => {
    const outside = free.params[name]! > end ? "high" : "low";
    expect(outside in range, "the planted optimum lies outside").toBe(true);
    const bounded = await fitLaw(rows, { ...options, bounds: { [name]: range } });
    expect(relativeError(bounded.params[name]!, end)).toBeLessThan(1e-9);
    expect(bounded.atBounds).toEqual([name]);
    expect(bounded.warnings.join(" ")).toContain(`${name} sits on a bound`);
    expect(bounded.huberMean).toBeGreaterThan(free.huberMean);
    expect(bounded.startsAtOptimum).toBeGreaterThan(7);
  });

  test("two at once, of which one is let go when the other holds", async () => {
    const bounds = { bN: { high: 0.9 * free.params.bN! }, cS: { low: free.params.cS! * 0.99 } };
    const both = await fitLaw(rows, { ...options, bounds });
    expect(both.params.bN!).toBeLessThanOrEqual(bounds.bN.high * (1 + 1e-9));
    expect(both.params.cS!).toBeGreaterThanOrEqual(bounds.cS.low * (1 - 1e-9));
  });

  test.each([
    [{ zeta: { low: 1 } }, /`bounds`: parameter must be one of aS, .*; got "zeta"/],
    [{ bD: { low: 2, high: 1 } }, /`bounds` of bD must be a range of positive numbers; got 2:1/],
    [{ bD: { low: -1 } }, /`bounds` of bD must be a range of positive numbers; got -1:Infinity/],
  ])("%o is refused", async (bounds, message) => {
    await expect(fitLaw(rows, { bounds })).rejects.toThrow(message);
  });
});
