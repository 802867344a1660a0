/** What paper.test.ts claims of the paper's run tables, of tables that are drawn: the same grids, laws, objectives and noise. */
import { describe, expect, test } from "vitest";
import {
  assessFit,
  bandOf,
  denseEquivalentMultiplier,
  type FitRow,
  fitLaw,
  type LawInputs,
  predictLoss,
  presets,
  type SparseParams,
  sparseLaw,
} from "../../src/fit/index.ts";
import { plant, relativeError, t5Grid, vitGrid } from "./planted.ts";

/** A table that follows a law up to noise. */
const drawn = (truth: SparseParams, inputs: LawInputs[], noise: number, seed: number) => ({
  truth,
  noise,
  rows: plant(sparseLaw, truth, { inputs, noise, seed }),
});
const t5 = {
  ...drawn(presets["t5-c4-optimum"], t5Grid, 0.006, 1),
  setting: { residual: "log", delta: 0.001 },
} as const;
const vit = { ...drawn(presets["vit-jft"], vitGrid, 0.008, 2), setting: { residual: "raw", delta: 0.01 } } as const;

/** Mean Huber loss of the residuals that `params` leaves. */
function meanHuber(
  rows: FitRow[],
  params: SparseParams,
  { residual, delta }: { residual: "raw" | "log"; delta: number },
) {
  const losses = rows.map((row) => {
    const predicted = sparseLaw.predict(params, row);
    const r = Math.abs(residual === "log" ? Math.log(predicted / row.loss) : predicted - row.loss);
    return r <= delta ? (r * r) / 2 : delta * (r - delta / 2);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / rows.length;
}

describe.each([
  ["T5", t5],
  ["ViT", vit],
] as const)("a table shaped as the paper's of %s", (_, { truth, noise, rows, setting }) => {
  test("is fitted below the mean Huber of the law that made it, from at least 80 % of the starts", async () => {
    const fit = await fitLaw(rows, setting);
    expect(fit.rows).toBe(rows.length);
    expect(relativeError(fit.huberMean, meanHuber(rows, fit.params as SparseParams, setting))).toBeLessThan(1e-9);
    expect(fit.huberMean).toBeLessThan(meanHuber(rows, truth, setting));
    expect(fit.startsAtOptimum).toBeGreaterThanOrEqual(0.8 * fit.starts);
  });

  test("predicts the law that made it at every run better than a run of its own would", async () => {
    const fit = await fitLaw(rows, { ...setting, starts: 20 });
    for (const row of rows)
      expect(relativeError(predictLoss(fit, row), sparseLaw.predict(truth, row)), JSON.stringify(row)).toBeLessThan(
        noise,
      );
  });

  test.each([1e-6, 1e6])("has the same fit with the objective multiplied by %s", async (objectiveScale) => {
    const plain = await fitLaw(rows, { ...setting, starts: 30 });
    const scaled = await fitLaw(rows, { ...setting, starts: 30, objectiveScale });
    expect(scaled.startsAtOptimum).toBe(plain.startsAtOptimum);
    expect(relativeError(scaled.huberMean, plain.huberMean)).toBeLessThan(1e-9);
    for (const name of sparseLaw.parameters)
      expect(relativeError(scaled.params[name]!, plain.params[name]!), name).toBeLessThan(1e-4);
  });

  test("has 95 % intervals that hold the law's exponent of size and its worth of sparsity, and are not wide", async () => {
    const settings = { ...setting, starts: 20, replicates: 300, profiles: false };
    const uncertainty = await assessFit(rows, await fitLaw(rows, settings), settings);
    const { low, high } = uncertainty.intervals.bN!;
    expect([low <= truth.bN, truth.bN <= high, high / low < 1.5], `bN ${low} … ${high}`).toEqual([true, true, true]);
    for (const sparsity of [0.5, 0.75, 0.875]) {
      const band = bandOf(uncertainty, (params) => denseEquivalentMultiplier(params as SparseParams, sparsity));
      const m = denseEquivalentMultiplier(truth, sparsity);
      expect([band.low <= m, m <= band.high, band.high / band.low < 1.3], `m(${sparsity})`).toEqual([true, true, true]);
    }
  });

  test.each(["sparse-no-cs", "average-parameter", "chinchilla"])("is fitted worse by the %s law", async (law) => {
    const [sparse, other] = [
      await fitLaw(rows, { ...setting, starts: 20 }),
      await fitLaw(rows, { ...setting, law, starts: 20 }),
    ];
    expect(other.huberMean).toBeGreaterThan(1.2 * sparse.huberMean);
  });
});
