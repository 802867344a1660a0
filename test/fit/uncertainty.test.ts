import { describe, expect, test } from "vitest";
import { optimumOf, poseFit } from "../../src/fit/fit.ts";
import { tasksOnPool } from "../../src/fit/fit-pool.ts";
import {
  assessFit,
  bandOf,
  chinchillaLaw,
  denseEquivalentMultiplier,
  type FitRow,
  fitLaw,
  parseFitResult,
  predictWithBand,
  type SparseParams,
  sparseLaw,
  type Uncertainty,
} from "../../src/fit/index.ts";
import { blocksOf } from "../../src/fit/uncertainty/bootstrap.ts";
import { solveProfile } from "../../src/fit/uncertainty/profile.ts";
import { fQuantile } from "../../src/fit/uncertainty/quantiles.ts";
import { hasPaperRuns, skipNote, t5Rows, vitRows } from "./paper-runs.ts";
import { grid, plant, relativeError } from "./planted.ts";

const chinchilla = { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 };
const inputs = grid.map((row) => ({ ...row, sparsity: 0 }));
const rows = plant(chinchillaLaw, chinchilla, { noise: 0.005, seed: 3, inputs });
const options = { law: "chinchilla", starts: 10, replicates: 200 };
const fit = await fitLaw(rows, options);
const uncertainty = await assessFit(rows, fit, options);

describe("a bootstrap", () => {
  test("has the same bits on two threads, and others for another seed", async () => {
    const run = tasksOnPool(2);
    expect(await assessFit(rows, fit, { ...options, run })).toEqual(uncertainty);
    const other = await assessFit(rows, fit, { ...options, seed: 1, profiles: false });
    expect(other.bootstrap.params).not.toEqual(uncertainty.bootstrap.params);
  });

  test("of a law without noise has no width", async () => {
    const exact = plant(chinchillaLaw, chinchilla, { inputs });
    const { intervals } = await assessFit(exact, await fitLaw(exact, options), { ...options, profiles: false });
    for (const name of chinchillaLaw.parameters)
      expect(relativeError(intervals[name]!.high, intervals[name]!.low), name).toBeLessThan(1e-5);
  });

  test("draws all runs of one N, up to the rounding of a grid, or of one D together", () => {
    const table = [100, 1000, 108, 1010, 95].map((nonzeroParams, i) => ({ nonzeroParams, data: 1 + (i % 2) }));
    const blocks = (by: "nonzeroParams" | "data") => blocksOf(table as FitRow[], { kind: "blocks", by });
    expect(blocks("nonzeroParams")).toEqual([
      [4, 0, 2],
      [1, 3],
    ]);
    expect(blocks("data").map((block) => block.sort())).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
    expect(blocksOf(table as FitRow[], { kind: "cases", by: null }).length).toBe(5);
  });

  test("counts draws that do not identify the law: of 3 blocks, one in 9 is one block alone", async () => {
    const { bootstrap } = await assessFit(rows, fit, { ...options, blocks: "data", replicates: 900, profiles: false });
    expect([bootstrap.kind, bootstrap.by]).toEqual(["blocks", "data"]);
    expect(bootstrap.failed).toBeGreaterThan(60);
    expect(bootstrap.failed).toBeLessThan(150);
    expect(bootstrap.params.length).toBe(900 - bootstrap.failed);
  });

  test("is refused for few replicates, and where most draws do not identify the law", async () => {
    await expect(assessFit(rows, fit, { ...options, replicates: 20 })).rejects.toThrow(
      /`replicates` must be .*; got 20/,
    );
    // Six runs in three blocks: more runs than parameters only where all three are drawn.
    const six = rows.filter(({ nonzeroParams }, i) => i % 4 === 0 && nonzeroParams < 1e6).slice(0, 9);
    const few = six.filter(
      (row, i) => six.findIndex((r) => r.data === row.data && r.nonzeroParams === row.nonzeroParams) === i,
    );
    expect(few.length).toBe(6);
    await expect(assessFit(few, await fitLaw(few, options), { ...options, blocks: "data" })).rejects.toThrow(
      /drawn tables must identify the chinchilla law; got \d+ of 200 that do not/,
    );
  });

  test("tells its progress, and stops when it is told to", async () => {
    const told: [number, number][] = [];
    const controller = new AbortController();
    const onDone = (done: number, total: number) => {
      told.push([done, total]);
      if (done === 2) controller.abort(new Error("enough"));
    };
    await expect(assessFit(rows, fit, { ...options, onDone, signal: controller.signal })).rejects.toThrow("enough");
    expect(told).toEqual([
      [1, 9],
      [2, 9],
    ]);
  });

  test("gives bands to predictions, which hold the law's own value, and travels in the fit's JSON", () => {
    const carrying = parseFitResult(JSON.parse(JSON.stringify({ ...fit, uncertainty })));
    const { loss, interval } = predictWithBand(carrying, inputs[0]!);
    expect([interval!.low < loss, loss < interval!.high]).toEqual([true, true]);
    expect(predictWithBand(fit, inputs[0]!).interval).toBeNull();
    expect(bandOf(uncertainty, ({ alpha }) => 2 * alpha!)).toEqual({
      low: 2 * uncertainty.intervals.alpha!.low,
      high: 2 * uncertainty.intervals.alpha!.high,
    });
  });
});

describe("a profile", () => {
  test("of a line fitted by squares is the parabola of theory, and its interval Student's", async () => {
    const line = grid.map((row, i) => ({ ...row, loss: 3 + row.nonzeroParams / 1e6 + ((7 * i) % 11) / 30 }));
    const setting = { law: "a + b*N", residual: "raw", loss: "squared", starts: 9 } as const;
    const problem = poseFit(line, setting);
    const ofLine = await fitLaw(line, setting);
    const [n, sse] = [line.length, 2 * line.length * ofLine.huberMean];
    const scale = sse / (n - 2);
    const threshold = fQuantile(0.95, n - 2);
    const plan = { parameter: "b", optimum: optimumOf(problem, ofLine), scale, threshold, refits: [] };
    const { points, interval } = await solveProfile(problem, plan);
    const x = line.map((row) => row.nonzeroParams);
    const centre = x.reduce((sum, v) => sum + v, 0) / n;
    const spread = x.reduce((sum, v) => sum + (v - centre) ** 2, 0);
    const deviation = Math.sqrt(scale / spread);
    const b = ofLine.params.b!;
    for (const { value, statistic } of points) expect(statistic).toBeCloseTo(((value - b) / deviation) ** 2, 4);
    expect(relativeError(interval.high!, b + Math.sqrt(threshold) * deviation)).toBeLessThan(1e-3);
    expect(relativeError(interval.low!, b - Math.sqrt(threshold) * deviation)).toBeLessThan(1e-3);
  });

  test("reaches over a second valley that a refit of the bootstrap lies in", async () => {
    const flat = grid.map((row, i) => ({ ...row, loss: 1 + ((7 * i) % 11) / 1000 }));
    const law = "1 + ((p - 1)*(p - 1) + 0*N)*((p - 3)*(p - 3) + 0.001)";
    const setting = { law, residual: "raw", loss: "squared", starts: 9, bounds: { p: { high: 2 } } } as const;
    const problem = { ...poseFit(flat, setting), bounds: {} };
    const first = await fitLaw(flat, setting);
    const plan = { parameter: "p", optimum: optimumOf(problem, first), scale: 1e-3, threshold: 4 };
    const profileWith = (refits: { p: number }[]) => solveProfile(problem, { ...plan, refits });
    const [alone, scouted] = [await profileWith([]), await profileWith([{ p: 3 }])];
    expect(alone.interval.high).toBeLessThan(1.5);
    expect(scouted.interval.low).toBe(alone.interval.low);
    expect(scouted.interval.high).toBeGreaterThan(3);
    expect(Math.max(...scouted.points.map(({ statistic }) => statistic))).toBeGreaterThan(plan.threshold);
  });

  test("rises outwards from 0 at the optimum, beyond its threshold", () => {
    expect(uncertainty.profiles.map(({ parameter }) => parameter)).toEqual(chinchillaLaw.parameters);
    for (const { parameter, points, threshold, interval } of uncertainty.profiles) {
      const best = points.findIndex(({ value }) => relativeError(value, fit.params[parameter]!) < 1e-12);
      expect(points[best]!.statistic, parameter).toBe(0);
      const outwards = [
        { side: points.slice(best), end: interval.high },
        { side: points.slice(0, best + 1).reverse(), end: interval.low },
      ];
      for (const { side, end } of outwards) {
        for (let i = 1; i < side.length; i++)
          expect(side[i]!.statistic, parameter).toBeGreaterThan(side[i - 1]!.statistic - 0.05);
        expect(side.at(-1)!.statistic > threshold, parameter).toBe(end !== null);
      }
    }
  });
});

describe("identification", () => {
  test("names two parameters that the formula knows only by their product", async () => {
    const { identification } = await assessFit(rows, await fitLaw(rows, { law: "E + a*b/N^alpha", starts: 10 }), {
      ...options,
      law: "E + a*b/N^alpha",
      profiles: false,
      replicates: 100,
    });
    expect(identification.condition).toBeGreaterThan(1e12);
    expect(identification.statements.join(" ")).toMatch(/a and b trade against each other/);
    const [weakest] = identification.weakDirections;
    expect(Math.abs(weakest!.direction.a! + weakest!.direction.b!)).toBeLessThan(1e-6);
  });
});

describe.skipIf(!hasPaperRuns)(`the paper's run tables${skipNote}`, () => {
  const assess = async (table: FitRow[], setting: { residual: "raw" | "log"; delta: number }): Promise<Uncertainty> => {
    const with2000 = { ...setting, run: tasksOnPool(2), replicates: 2000 };
    return assessFit(table, await fitLaw(table, with2000), with2000);
  };
  /** Percentiles of 2000 refits, and of as many elsewhere, scatter by up to a seventh of an interval's width. */
  const expectNear = (
    { low, high }: { low: number; high: number },
    [a, b]: readonly [number, number],
    name: string,
  ) => {
    expect(Math.abs(low - a) / (b - a), `${name}: ${low} against ${a}`).toBeLessThan(0.15);
    expect(Math.abs(high - b) / (b - a), `${name}: ${high} against ${b}`).toBeLessThan(0.15);
  };
  const m = (of: Uncertainty, sparsity: number) =>
    bandOf(of, (params) => denseEquivalentMultiplier(params as SparseParams, sparsity));

  test("T5: the 95 % intervals of bN and m(S), and of bS below, are those of the reference; bD and c are hardly identified", async () => {
    const t5 = await assess(t5Rows(), { residual: "log", delta: 0.001 });
    expectNear(t5.intervals.bN!, [0.191, 0.257], "bN");
    expectNear(m(t5, 0.5), [1.68, 1.87], "m(.5)");
    expectNear(m(t5, 0.75), [2.15, 2.39], "m(.75)");
    expectNear(m(t5, 0.875), [2.37, 2.64], "m(.875)");
    expect(t5.intervals.bS!.low).toBeCloseTo(1.11, 1);
    expect(t5.intervals.bS!.high).toBeGreaterThan(1.6);
    expect(t5.intervals.bS!.high).toBeLessThan(1.8);
    expect(t5.intervals.bD!.high / t5.intervals.bD!.low).toBeGreaterThan(5);
    const profileOf = (name: string) => t5.profiles.find(({ parameter }) => parameter === name)!.interval;
    expect(profileOf("c").low).toBeNull();
    expect(profileOf("aD").high).toBeGreaterThan(1e10);
    expect(t5.identification.statements.join("\n")).toMatch(
      /bD is hardly identified: its 95 % interval is 0\.0\S+ … 0\.\d+; D takes three values only/,
    );
  });

  test("ViT: the 95 % intervals of bS, bN and bD are those of the reference", async () => {
    const vit = await assess(vitRows(), { residual: "raw", delta: 0.01 });
    expectNear(vit.intervals.bS!, [0.63, 0.96], "bS");
    expectNear(vit.intervals.bN!, [0.345, 0.423], "bN");
    expectNear(vit.intervals.bD!, [0.68, 1.12], "bD");
  });

  test("the sparse law's own value lies within its band at every run of the T5 table", async () => {
    const options = { residual: "log", delta: 0.001, replicates: 300, profiles: false } as const;
    const t5 = await fitLaw(t5Rows(), options);
    const carrying = { ...t5, uncertainty: await assessFit(t5Rows(), t5, options) };
    for (const row of t5Rows()) {
      const { loss, interval } = predictWithBand(carrying, row);
      expect(loss).toBe(sparseLaw.predict(t5.params as SparseParams, row));
      expect(interval!.high / interval!.low).toBeLessThan(1.1);
      expect([interval!.low <= loss, loss <= interval!.high]).toEqual([true, true]);
    }
  });
});
