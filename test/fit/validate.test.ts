import { describe, expect, onTestFinished, test } from "vitest";
import { openFitPool } from "../../src/fit/fit-pool.ts";
import {
  chinchillaLaw,
  compareLaws,
  type FitRow,
  fitLaw,
  predictLoss,
  type SparseParams,
  sparseLaw,
  validateFit,
} from "../../src/fit/index.ts";
import { hasPaperRuns, skipNote, t5Rows } from "./paper-runs.ts";
import { grid, plant, relativeError } from "./planted.ts";

const sparse: SparseParams = { aS: 9, bS: 0.9, cS: 14, bN: 0.3, aD: 4e6, bD: 0.6, c: 0.9 };
const options = { starts: 12 };
const noisy = plant(sparseLaw, sparse, { noise: 0.005, seed: 3 });

describe("a validation", () => {
  test("of a law without noise finds no error: left out, the largest N, the most data, the highest S", async () => {
    const rows = plant(sparseLaw, sparse);
    const { leaveOneOut, holdOuts } = await validateFit(rows, await fitLaw(rows, options), options);
    expect(leaveOneOut.rows).toBe(36);
    expect(leaveOneOut.meanAbsolutePercentage).toBeLessThan(1e-4);
    expect(holdOuts.map(({ by, from }) => [by, from])).toEqual([
      ["nonzeroParams", 1.6e6],
      ["data", 9e7],
      ["sparsity", 0.875],
    ]);
    for (const { by, errors, reason } of holdOuts)
      if (reason === null) expect(errors!.meanAbsolutePercentage, by).toBeLessThan(1e-3);
    expect(holdOuts.map(({ reason }) => reason?.split(":")[0])).toEqual([
      "non-zero parameters N takes two values only",
      "data D takes two values only",
      undefined,
    ]);
    expect(holdOuts.map(({ errors }) => errors!.rows)).toEqual([12, 12, 9]);
  });

  test("leaves each row out in turn: its errors are those of fits to the other 35", async () => {
    const { leaveOneOut } = await validateFit(noisy, await fitLaw(noisy, options), options);
    const errors = await Promise.all(
      noisy.map(async (row, i) => {
        const fit = await fitLaw(noisy.toSpliced(i, 1), options);
        return predictLoss(fit, row) / row.loss - 1;
      }),
    );
    const mean = (of: (error: number) => number) => (100 * errors.reduce((sum, e) => sum + of(e), 0)) / errors.length;
    expect(relativeError(leaveOneOut.meanAbsolutePercentage, mean(Math.abs))).toBeLessThan(1e-4);
    expect(leaveOneOut.biasPercentage).toBeCloseTo(
      mean((e) => e),
      4,
    );
  });

  test("tells noise that the fit has adapted to: the error left out is above that of the fit", async () => {
    const fit = await fitLaw(noisy, options);
    const { leaveOneOut } = await validateFit(noisy, fit, options);
    expect(leaveOneOut.meanAbsolutePercentage).toBeGreaterThan(fit.meanAbsolutePercentageError);
    expect(leaveOneOut.huberMean).toBeGreaterThan(fit.huberMean);
  });

  test("AICc is n·ln(2f) + 2k + 2k(k+1)/(n−k−1), and absent where rows are too few", async () => {
    const fit = await fitLaw(noisy, options);
    const { aicc } = await validateFit(noisy, fit, options);
    expect(aicc).toBeCloseTo(36 * Math.log(2 * fit.huberMean) + 16 + 144 / 27, 9);
    const few = noisy.filter((_, i) => i % 5 === 0 || i === 7);
    expect(few.length).toBe(9);
    expect((await validateFit(few, await fitLaw(few, options), options)).aicc).toBeNull();
  });

  test("holds out the highest sparsity from a law that does not read it, too, but not where there is one only", async () => {
    const dense = { ...options, law: "chinchilla" };
    const heldOutOf = async (rows: FitRow[]) => (await validateFit(rows, await fitLaw(rows, dense), dense)).holdOuts;
    const all = await heldOutOf(noisy);
    expect(all.map(({ by }) => by)).toEqual(["nonzeroParams", "data", "sparsity"]);
    expect(all[2]!.errors!.meanAbsolutePercentage).toBeGreaterThan(1);
    expect((await heldOutOf(noisy.filter((row) => row.sparsity === 0))).map(({ by }) => by)).not.toContain("sparsity");
  });

  test("says why a hold-out cannot be had: data that then takes one value only", async () => {
    const rows = noisy.filter((row) => row.data !== 9e7);
    const { holdOuts } = await validateFit(rows, await fitLaw(rows, options), options);
    const data = holdOuts.find(({ by }) => by === "data")!;
    expect(data.errors).toBeNull();
    expect(data.reason).toMatch(/data D must take at least 2 values/);
  });
});

describe("a comparison of laws", () => {
  test("prefers the law that made the table, and names those that the table cannot hold", async () => {
    const dense = noisy.filter((row) => row.sparsity === 0);
    const both = await compareLaws(noisy, ["chinchilla", "sparse", "sparse-no-cs"], options);
    expect(both.laws[0]!.law).toBe("sparse");
    expect(both.laws.map(({ aiccDifference }) => aiccDifference! >= 0)).toEqual([true, true, true]);
    expect(both.laws.reduce((sum, { akaikeWeight }) => sum + akaikeWeight!, 0)).toBeCloseTo(1, 12);
    const { laws, refused } = await compareLaws(dense, ["chinchilla", "sparse"], options);
    expect(laws.map(({ law }) => law)).toEqual(["chinchilla"]);
    expect(refused).toEqual([{ law: "sparse", reason: expect.stringContaining("sparsity S must take") }]);
    await expect(compareLaws(dense, ["sparse"], options)).rejects.toThrow("sparsity S must take");
  });

  test("takes laws of one's own beside the built-in ones", async () => {
    const inputs = grid.map((row) => ({ ...row, sparsity: 0 }));
    const rows = plant(chinchillaLaw, { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 }, { noise: 0.002, inputs });
    const { laws } = await compareLaws(rows, ["E + A/N^alpha + B/D^beta", "chinchilla"], options);
    expect(laws.map(({ law }) => law).sort()).toEqual(["chinchilla", "own"]);
    expect(relativeError(laws[0]!.fit.huberMean, laws[1]!.fit.huberMean)).toBeLessThan(1e-6);
  });

  test("has the same bits on two threads, which serve all of its fits, as on one", async () => {
    const laws = ["sparse", "multiplier", "E + A/N^alpha"];
    const pool = openFitPool(2);
    onTestFinished(pool.close);
    expect(await compareLaws(noisy, laws, { ...options, run: pool.run })).toEqual(
      await compareLaws(noisy, laws, options),
    );
  });
});

describe.skipIf(!hasPaperRuns)(`the paper's T5 table${skipNote}`, () => {
  test("the sparse law is preferred to every neighbour, and its held-out errors are below 1 %", async () => {
    const { laws } = await compareLaws(t5Rows(), ["sparse", "sparse-no-cs", "average-parameter", "chinchilla"], {
      ...options,
      residual: "log",
      delta: 0.001,
    });
    expect(laws.map(({ law }) => law)).toEqual(["sparse", "sparse-no-cs", "average-parameter", "chinchilla"]);
    const { leaveOneOut, holdOuts } = laws[0]!.validation;
    expect(leaveOneOut.meanAbsolutePercentage).toBeCloseTo(0.633, 2);
    for (const { by, errors } of holdOuts) expect(errors!.meanAbsolutePercentage, by).toBeLessThan(1);
    expect(laws[1]!.aiccDifference).toBeGreaterThan(40);
  });
});
