import { describe, expect, test } from "vitest";
import { register } from "../../src/config/parts.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { tasksOnPool } from "../../src/fit/fit-pool.ts";
import {
  assessFit,
  averageParameterLaw,
  chinchillaLaw,
  compareLaws,
  defineLaw,
  fitLaw,
  formulaLaw,
  functionLaw,
  type Law,
  parseFitResult,
  predictLoss,
  type SparseParams,
  sparseLaw,
} from "../../src/fit/index.ts";
import { parseExpression } from "../../src/fit/laws/expression.ts";
import { naturalUnits, toLogInputs } from "../../src/fit/laws/law.ts";
import { grid, plant, relativeError } from "./planted.ts";

const chinchilla = { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 };
const inputs = grid.map((row) => ({ ...row, sparsity: 0 }));
const rows = plant(chinchillaLaw, chinchilla, { noise: 0.005, seed: 3, inputs });
const FORMULA = "L = E + A/N^alpha + B/D^beta";

const asFunction = functionLaw({
  name: "chinchilla as a function",
  formula: FORMULA,
  inputs: ["nonzeroParams", "data"],
  parameters: { E: "coefficient", A: "coefficient", alpha: "exponent", B: "coefficient", beta: "exponent" },
  predict: ({ E, A, alpha, B, beta }: typeof chinchilla, { nonzeroParams, data }) =>
    E + A * nonzeroParams ** -alpha + B * data ** -beta,
});

describe("a law of one's own", () => {
  test.each<[string, string | Law]>([
    ["formula", FORMULA],
    ["function", asFunction],
  ])("written as a %s reaches the optimum of the built-in law, from at least half of the starts", async (_, law) => {
    const [own, builtIn] = [await fitLaw(rows, { law, starts: 30 }), await fitLaw(rows, { law: "chinchilla" })];
    expect(relativeError(own.huberMean, builtIn.huberMean)).toBeLessThan(1e-6);
    expect(own.startsAtOptimum).toBeGreaterThanOrEqual(15);
    for (const name of chinchillaLaw.parameters)
      expect(relativeError(own.params[name]!, builtIn.params[name]!), name).toBeLessThan(1e-2);
    expect(own.warnings).toEqual([]);
  });

  test.each<[string, Law]>([
    ["formula", formulaLaw("(a*(1-S)^b + c)/N^d + (e/D)^f + max(g, h*exp(-S)) + sqrt(k*log(M))")],
    ["function", asFunction],
  ])("a %s has the gradient that differences have", (_, law) => {
    const point = Float64Array.from(law.coordinates, (_, i) => 0.4 + 0.1 * i);
    const gradient = new Float64Array(point.length);
    const row = toLogInputs({ sparsity: 0.3, nonzeroParams: 5e4, data: 3e3 }, naturalUnits(grid));
    law.evaluate(point, row, gradient);
    for (const [i, value] of point.entries()) {
      const at = (shift: number) => law.evaluate(point.with(i, value + shift), row, new Float64Array(point.length));
      expect(gradient[i]!, law.coordinates[i]!.name).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7);
    }
  });

  test("a formula knows exponents from coefficients, and what it reads", () => {
    const law = formulaLaw("E + A/M^alpha + B*exp(-beta*S)");
    expect(law.parameters).toEqual(["E", "A", "alpha", "B", "beta"]);
    expect(law.coordinates.map(({ kind }) => kind[0])).toEqual(["c", "c", "e", "c", "e"]);
    expect(law.inputs).toEqual(["sparsity", "nonzeroParams"]);
  });

  test("M is the size averaged over training: the table's, or that of the paper's ramp", () => {
    const law = formulaLaw("A*M");
    const at = (more: object) => law.predict({ A: 2 }, { sparsity: 0.5, nonzeroParams: 100, data: 1, ...more });
    expect(at({})).toBeCloseTo(275, 10);
    expect(at({ meanParams: 130 })).toBe(260);
  });

  test("a formula travels to other threads and through a file", async () => {
    const fit = await fitLaw(rows, { law: FORMULA, starts: 8 });
    expect(await fitLaw(rows, { law: FORMULA, starts: 8, run: tasksOnPool(2) })).toEqual(fit);
    const read = parseFitResult(JSON.parse(JSON.stringify(fit)));
    expect(predictLoss(read, rows[0]!)).toBe(predictLoss(fit, rows[0]!));
  });

  test.each(["1 + 2", "N/D", "a + b"])("a formula without a parameter or an input is refused: %s", (formula) => {
    expect(() => formulaLaw(formula)).toThrow(ConfigError);
  });

  test("the derivatives of every operator and function equal differences", () => {
    for (const text of [
      "x+y",
      "x-y",
      "x*y",
      "x/y",
      "x^y",
      "min(x,y)",
      "max(x,y)",
      "exp(x)-y",
      "log(x)*y",
      "-sqrt(x)/y",
    ]) {
      const at = (x: number, y: number) => parseExpression(text).evaluate((name) => (name === "x" ? x : y));
      const found = { x: 0, y: 0 };
      parseExpression(text).differentiate(
        (name) => (name === "x" ? 1.3 : 0.7),
        (name, derivative) => {
          found[name as "x"] += derivative;
        },
      );
      expect(found.x, text).toBeCloseTo((at(1.3 + 1e-6, 0.7) - at(1.3 - 1e-6, 0.7)) / 2e-6, 8);
      expect(found.y, text).toBeCloseTo((at(1.3, 0.7 + 1e-6) - at(1.3, 0.7 - 1e-6)) / 2e-6, 8);
    }
  });
});

describe("a sum of powers by its terms alone", () => {
  const coefficients = <N extends string>(...names: N[]) => Object.fromEntries(names.map((n) => [n, "coefficient"]));
  const exponents = <N extends string>(...names: N[]) => Object.fromEntries(names.map((n) => [n, "exponent"]));
  const sums = {
    chinchilla: defineLaw({
      name: "own-chinchilla",
      formula: FORMULA,
      inputs: ["nonzeroParams", "data"],
      parameters: { ...coefficients("E", "A", "B"), ...exponents("alpha", "beta") },
      terms: [["E"], ["A", ["logParams", "-alpha"]], ["B", ["logData", "-beta"]]],
    }),
    kaplan: defineLaw({
      name: "own-kaplan",
      formula: "L = (K/N^r + M/D)^α",
      inputs: ["nonzeroParams", "data"],
      parameters: { ...coefficients("K", "M"), ...exponents("r", "alpha") },
      terms: [
        ["K", ["logParams", "-r"]],
        ["M", ["logData", "-1"]],
      ],
      outer: "alpha",
    }),
    "average-parameter": defineLaw({
      name: "own-average",
      formula: "L = E + A/N̄^α + B/D^β",
      inputs: ["nonzeroParams", "data"],
      parameters: { ...coefficients("E", "A", "B"), ...exponents("alpha", "beta") },
      terms: [["E"], ["A", ["logMeanParams", "-alpha"]], ["B", ["logData", "-beta"]]],
    }),
  };
  const sparseRows = plant(averageParameterLaw, chinchilla, { noise: 0.005, seed: 3 });
  for (const law of Object.values(sums)) register(law, "own-laws.test.ts");

  test.each(Object.entries(sums))("reaches the optimum of the built-in law that it writes: %s", async (twin, {
    name,
  }) => {
    const table = twin === "average-parameter" ? sparseRows : rows;
    const [own, builtIn] = [await fitLaw(table, { law: name }), await fitLaw(table, { law: twin })];
    expect(own.law).toBe(name);
    expect(relativeError(own.huberMean, builtIn.huberMean)).toBeLessThan(1e-9);
    expect(relativeError(predictLoss(own, table[0]!), predictLoss(builtIn, table[0]!))).toBeLessThan(1e-6);
    expect(own.warnings).toEqual(builtIn.warnings);
  });

  test("publishes coefficients in raw units", async () => {
    const [own, builtIn] = [await fitLaw(rows, { law: "own-chinchilla" }), await fitLaw(rows, { law: "chinchilla" })];
    for (const [name, value] of Object.entries(builtIn.params))
      expect(relativeError(own.params[name]!, value), name).toBeLessThan(1e-5);
  });

  test("has the same bits on two threads, its refits, profiles and bounds, too", async () => {
    const options = { law: "own-chinchilla", starts: 8, bounds: { A: { low: 500 } } };
    const [here, there] = [options, { ...options, run: tasksOnPool(2) }];
    const fit = await fitLaw(rows, here);
    expect(fit.atBounds).toEqual(["A"]);
    expect(await fitLaw(rows, there)).toEqual(fit);
    const replicates = 100;
    expect(await assessFit(rows, fit, { ...there, replicates })).toEqual(
      await assessFit(rows, fit, { ...here, replicates }),
    );
  });

  test("has the same comparison on two threads as on one", async () => {
    const names = ["own-kaplan", "own-chinchilla", "kaplan"];
    const here = await compareLaws(rows, names, { starts: 8 });
    expect(await compareLaws(rows, names, { starts: 8, run: tasksOnPool(2) })).toEqual(here);
    expect(here.laws[0]!.law).toBe("own-chinchilla");
  });

  test("is read back from a file where nobody has registered it", async () => {
    const law = defineLaw({ ...sums.chinchilla, name: "unlisted-sum" });
    const fit = await fitLaw(rows, { law, starts: 8 });
    const read = parseFitResult(JSON.parse(JSON.stringify(fit)));
    expect(predictLoss(read, rows[0]!)).toBe(predictLoss(fit, rows[0]!));
  });

  test("may not take the name of another law", () => {
    const law = defineLaw({ ...sums.chinchilla, name: "own-kaplan" });
    expect(() => register(law)).toThrow(/got own-kaplan, which own-laws.test.ts defines/);
  });

  test.each([
    [{ terms: [["E"], ["A", ["logParams", "-alhpa"]]] }, /names in terms must be parameters, E, A, alpha; got alhpa/],
    [{ terms: [["E"], ["A"]] }, /parameters must each be in a term; got alpha in none/],
    [
      { terms: [["E"], ["E", "A", ["logParams", "-alpha"]], ["A"]] },
      /coefficient that no other has; got none in term 2/,
    ],
  ])("is checked: %o", (wrong, message) => {
    const right = { name: "wrong", formula: "L = E + A/N^α", inputs: ["nonzeroParams"] };
    const parameters = { ...coefficients("E", "A"), ...exponents("alpha") };
    expect(() => defineLaw({ ...right, parameters, ...wrong } as never)).toThrow(message);
  });
});

describe("the objective", () => {
  const sparse: SparseParams = { aS: 9, bS: 0.9, cS: 14, bN: 0.3, aD: 4e6, bD: 0.6, c: 0.9 };
  const table = plant(sparseLaw, sparse, { noise: 0.01, seed: 9 });
  const same = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>, share: number) => {
    for (const [name, value] of Object.entries(a)) expect(relativeError(value, b[name]!), name).toBeLessThan(share);
  };

  test("summed or averaged has one optimum", async () => {
    const [mean, sum] = [await fitLaw(table, { starts: 9 }), await fitLaw(table, { starts: 9, average: "sum" })];
    expect(relativeError(sum.huberMean, mean.huberMean)).toBeLessThan(1e-12);
    same(sum.params, mean.params, 1e-5);
  });

  test("of decimal logarithms, with δ in them, has the optimum of natural ones", async () => {
    const [log, log10] = [await fitLaw(table, { starts: 9 }), await fitLaw(table, { starts: 9, residual: "log10" })];
    expect(relativeError(log10.huberMean * Math.LN10 ** 2, log.huberMean)).toBeLessThan(1e-9);
    same(log10.params, log.params, 1e-5);
  });

  test("squared on a line is ordinary least squares", async () => {
    const line = grid.map((row, i) => ({ ...row, loss: 3 + row.nonzeroParams / 1e6 + (i % 5) / 10 }));
    const { params, delta, huberMean } = await fitLaw(line, {
      law: "a + b*N",
      residual: "raw",
      loss: "squared",
      starts: 9,
    });
    const mean = (of: (row: (typeof line)[number]) => number) =>
      line.reduce((sum, row) => sum + of(row), 0) / line.length;
    const [x, y] = [mean((row) => row.nonzeroParams), mean((row) => row.loss)];
    const slope = mean((row) => (row.nonzeroParams - x) * (row.loss - y)) / mean((row) => (row.nonzeroParams - x) ** 2);
    expect(relativeError(params.b!, slope)).toBeLessThan(1e-6);
    expect(relativeError(params.a!, y - slope * x)).toBeLessThan(1e-6);
    expect(delta).toBeNull();
    expect(huberMean).toBeCloseTo(mean((row) => (row.loss - (y - slope * x) - slope * row.nonzeroParams) ** 2) / 2, 10);
  });

  test.each(["uniform", "log-uniform", "grid", "mixed"] as const)("is met by %s starts", async (startScheme) => {
    const fit = await fitLaw(table, { starts: 16, startScheme });
    const mixed = await fitLaw(table, { starts: 60 });
    expect(relativeError(fit.huberMean, mixed.huberMean)).toBeLessThan(1e-6);
    expect(fit.startsAtOptimum + fit.startsAtLocalOptima + fit.startsNotConverged).toBe(16);
  });

  test.each([
    [{ residual: "cubic" }, /`residual` must be one of raw, log, log10; got "cubic"/],
    [{ loss: "absolute" }, /`loss` must be one of huber, squared; got "absolute"/],
    [{ average: "median" }, /`average` must be one of mean, sum; got "median"/],
    [{ startScheme: "sobol" }, /`startScheme` must be one of mixed, .*; got "sobol"/],
    [{ loss: "squared", delta: 0.1 }, /`delta` must be left out for squared residuals; got 0.1/],
  ])("%o is refused", async (options, message) => {
    await expect(fitLaw(table, options as never)).rejects.toThrow(message);
  });
});
