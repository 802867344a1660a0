/** Planted runs: a known law, seeded noise, plausible curves. And the paper's tables as if they were runs. */
import { parseRunConfig, type RunConfig } from "../../src/config/run-config.ts";
import type { RunEvent, RunResult, RunStatus } from "../../src/core/record.ts";
import type { FitResult } from "../../src/fit/fit-json.ts";
import { type SparseParams, sparseLaw } from "../../src/fit/laws/sparse.ts";
import { intervalOf } from "../../src/fit/uncertainty/quantiles.ts";
import type { ProfileCurve, Uncertainty } from "../../src/fit/uncertainty/uncertainty.ts";
import type { MeasuredLosses } from "../../src/report/data/measurements.ts";
import type { ReportedRun } from "../../src/report/data/reported-runs.ts";
import type { RunWeights } from "../../src/report/data/weight-summary.ts";
import type { SparsityScale } from "../../src/report/draw/colours.ts";
import { renderFigure } from "../../src/report/draw/svg.ts";
import { drawFigures } from "../../src/report/figures/index.ts";
import { weightsFigure as drawWeights } from "../../src/report/figures/weights.ts";
import { t5Rows, vitRows } from "../fit/paper-runs.ts";

export const plantedParams: SparseParams = { aS: 9.1, bS: 1.1, cS: 30, bN: 0.232, aD: 1.3e5, bD: 0.38, c: 0.83 };
export const t5Published: SparseParams = { aS: 16.8, bS: 0.722, cS: 45, bN: 0.245, aD: 6.9e8, bD: 0.203, c: 0.651 };
export const vitPublished: SparseParams = { aS: 294, bS: 0.821, cS: 468, bN: 0.392, aD: 2.37e8, bD: 0.89, c: 4.517 };

/** The record of a fit that ended with these coefficients. */
export function fitOf(params: SparseParams, rows: number): FitResult {
  const units = { nonzeroParams: 1e6, data: 1e9 };
  const scaled = sparseLaw.unpublish(params, units);
  return {
    type: "fit",
    law: "sparse",
    formula: sparseLaw.formula,
    residual: "log",
    delta: 1e-3,
    source: { kind: "built-in", name: "sparse" },
    bounds: {},
    params: { ...params },
    dataUnit: "tokens",
    scaledParams: Object.fromEntries(sparseLaw.coordinates.map(({ name }, i) => [name, scaled[i]!])),
    units,
    huberMean: 4.88e-6,
    huberSum: 4.88e-6 * rows,
    rows,
    starts: 100,
    atBounds: [],
    startsAtOptimum: 93,
    startsAtLocalOptima: 7,
    startsNotConverged: 0,
    localOptima: [{ huberMean: 4.88e-6, count: 93, params: { ...params } }],
    meanAbsoluteError: 0.01,
    meanAbsolutePercentageError: 0.5,
    warnings: [],
  };
}

/** Refits and profiles as they might have come out: logarithms normal about the fit, of standard deviation `spread`. */
export function withUncertainty(fit: FitResult, { refits = 300, spread = 0.05, seed = 3 } = {}): FitResult {
  const random = gaussians(seed);
  const scattered = (value: number) => value * Math.exp(spread * random());
  const params = Array.from({ length: refits }, () =>
    Object.fromEntries(Object.entries(fit.params).map(([name, value]) => [name, scattered(value)])),
  );
  const uncertainty: Uncertainty = {
    bootstrap: { kind: "cases", by: null, seed, replicates: refits + 2, failed: 2, params },
    intervals: Object.fromEntries(
      Object.keys(fit.params).map((name) => [name, intervalOf(params.map((refit) => refit[name]!))]),
    ),
    profiles: Object.entries(fit.params).map(([name, value]) => parabola(name, value, spread)),
    identification: { condition: 1, weakDirections: [], statements: [] },
  };
  return { ...fit, uncertainty };
}

/** The profile of a normal logarithm; that of c has no end to the left. */
function parabola(parameter: string, best: number, spread: number): ProfileCurve {
  const threshold = 4;
  const steps = Array.from({ length: 31 }, (_, i) => (i - 15) / 5).filter((z) => parameter !== "c" || z > -1.9);
  const at = (z: number) => best * Math.exp(spread * z);
  return {
    parameter,
    points: steps.map((z) => ({ value: at(z), huberMean: 1e-6, statistic: z * z, params: {} })),
    threshold,
    interval: { low: parameter === "c" ? null : at(-2), high: at(2) },
  };
}

/** What a checkpoint of a run at 75 % sparsity may have held. */
export function plantedWeights(): RunWeights {
  const names = ["block0.attention.key", "block0.mlp.up", "block1.attention.key", "block1.mlp.up", "head"];
  const tensors = names.map((name, i) => ({
    name: `decoder.${name}.weight`,
    shape: [64, 32],
    density: name === "head" ? 0.5 : 0.25,
    counts: Array.from({ length: 64 }, (_, bin) => Math.round(200 * Math.exp(-((bin - 38 - i) ** 2) / 8))),
  }));
  return { label: "planted n1-s0.75-d1", step: 1953, level: 0.75, tensors };
}

export interface Planted {
  readonly sizes?: readonly number[];
  readonly sparsities?: readonly number[];
  readonly data?: readonly number[];
  /** Standard deviation of the relative error of the final loss. */
  readonly noise?: number;
  readonly seed?: number;
}

export function plantedRuns(planted: Planted = {}): ReportedRun[] {
  const {
    sizes = [1e5, 4e5, 1.6e6],
    sparsities = [0, 0.5, 0.75, 0.875],
    data = [1e6, 2e6, 4e6],
    noise = 0.006,
  } = planted;
  const random = gaussians(planted.seed ?? 1);
  return sizes.flatMap((size, i) =>
    sparsities.flatMap((sparsity) =>
      data.map((dataSeen, k) => {
        const nonzeroParams = Math.round(size * (1 + 0.01 * random()));
        const measuredSparsity = sparsity === 0 ? 0 : sparsity + 1e-5;
        const predicted = sparseLaw.predict(plantedParams, {
          sparsity: measuredSparsity,
          nonzeroParams,
          data: dataSeen,
        });
        const id = `n${i}-s${sparsity}-d${k}`;
        const loss = predicted * (1 + noise * random());
        return plantedRun({ id, nonzeroParams, sparsity: measuredSparsity, target: sparsity, dataSeen, loss }, random);
      }),
    ),
  );
}

interface Wanted {
  readonly id: string;
  readonly nonzeroParams: number;
  readonly sparsity: number;
  readonly target: number;
  readonly dataSeen: number;
  readonly loss: number;
  readonly family?: "decoder" | "vit";
}

const TOKENS_PER_STEP = 2048;

function plantedRun(wanted: Wanted, random: () => number): ReportedRun {
  const result = resultOf(wanted);
  const { steps } = result.config.training;
  const stride = Math.max(1, Math.round(steps / 400));
  const events: RunEvent[] = [
    {
      type: "start",
      step: 0,
      threads: 1,
      variant: "strict",
      turbo: false,
      switchDensity: 0.4,
      time: "2025-11-23T10:00:00Z",
      version: "0.1.0",
    },
  ];
  for (let step = stride; step <= steps; step += stride) {
    const sparsity = rampAt(step / steps, result.sparsity);
    const clean =
      wanted.loss + 2.6 * (1 + (40 * step) / steps) ** -0.9 + 0.12 * wanted.target * bump(step / steps) - 0.067;
    const trainLoss = clean + 0.05 * random();
    events.push({
      type: "step",
      step,
      trainLoss,
      learningRate: 1e-3,
      sparsity,
      stepMs: stepMs(result.denseParams, sparsity),
    });
    if (step % (stride * 50) === 0)
      events.push({ type: "eval", step, validLoss: clean + 0.01, validAccuracy: 0.3, validExamples: 512 });
  }
  return { result, events };
}

const bump = (p: number): number => (p < 0.25 || p > 0.95 ? 0 : Math.sin((Math.PI * (p - 0.25)) / 0.7) ** 2);
const rampAt = (p: number, final: number): number =>
  final * (1 - (1 - Math.min(Math.max((p - 0.25) / 0.5, 0), 1)) ** 3);
const stepMs = (dense: number, sparsity: number): number => 2 + dense * 2e-5 * (0.12 + 0.88 * (1 - sparsity));

function resultOf({ id, nonzeroParams, sparsity, target, dataSeen, loss, family = "decoder" }: Wanted): RunResult {
  const denseParams = Math.round(nonzeroParams / (1 - sparsity));
  const steps = Math.max(Math.round(dataSeen / TOKENS_PER_STEP), 1);
  const seconds = steps * 1e-3 * stepMs(denseParams, sparsity);
  return {
    type: "result",
    id,
    name: `planted ${id}`,
    status: "completed",
    config: configOf(family, denseParams, steps, target),
    validLoss: loss,
    validAccuracy: 0.4,
    trainLoss: loss - 0.02,
    nonzeroParams,
    denseParams,
    totalParams: denseParams + 50_000,
    sparsity,
    dataSeen,
    dataUnit: family === "vit" ? "images" : "tokens",
    steps,
    trainFlops: 6 * denseParams * (1 - 0.625 * sparsity) * dataSeen,
    seconds,
    stepsPerSecond: steps / seconds,
    threads: 1,
    variant: "strict",
    turbo: false,
    switchDensity: 0.4,
    memoryBytes: 64 * denseParams,
    parameterBytes: 28 * nonzeroParams,
    lossHash: "0123456789abcdef",
    finishedAt: "2025-11-23T10:30:00.000Z",
    version: "0.1.0",
  };
}

function configOf(family: "decoder" | "vit", denseParams: number, steps: number, final: number): RunConfig {
  const heads = Math.max(Math.round(Math.sqrt(denseParams / 48) / 16), 1);
  const shape = { dModel: 16 * heads, numHeads: heads, numLayers: 4 };
  return parseRunConfig({
    model: family === "vit" ? { family, ...shape, patchSize: 4 } : { family, ...shape, seqLen: 128 },
    data: { kind: family === "vit" ? "synthetic-images" : "synthetic-text" },
    training: { steps, batchSize: 16, learningRate: { kind: "rsqrt" } },
    sparsity: { final },
  });
}

/** The run as it would be had it ended so. */
export function endedAs({ result, events }: ReportedRun, status: RunStatus, message: string): ReportedRun {
  const cut = events.slice(0, Math.floor(events.length / 2));
  return { result: { ...result, status, message, validLoss: Number.NaN }, events: cut };
}

/** The paper's runs, without curves. */
export function paperRuns(table: "t5" | "vit"): ReportedRun[] {
  const rows = table === "t5" ? t5Rows() : vitRows();
  const family = table === "vit" ? "vit" : "decoder";
  return rows.map(({ data, ...row }, i) => ({
    result: resultOf({ ...row, dataSeen: data, id: `${table}-${i}`, target: row.sparsity, family }),
    events: [],
  }));
}

/** Standard normal numbers from a seed (mulberry32, Box–Muller). */
function gaussians(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The figures of runs. */
export const figuresOfRuns = (runs: readonly ReportedRun[], fit: FitResult | undefined, weights?: RunWeights) =>
  drawFigures({ runs, fit, weights }).figures;

/** The figure of weights as SVG; undefined for a run that prunes nothing. */
export const weightsFigure = (weights: RunWeights, scale: SparsityScale): string | undefined => {
  const drawing = drawWeights(weights, scale);
  return drawing && renderFigure({ ...drawing, name: "weights", scale });
};

/** The figures of a law and of losses that are no runs. */
export const figuresOfLaw = (fit: FitResult, measured: MeasuredLosses) =>
  drawFigures({ runs: [], fit, measured }).figures;
