/** The runs of a sweep, matched in non-zero size. */
import { parseRunConfig, type RunConfig } from "../config/run-config.ts";
import type { SweepConfig } from "../config/sweep-config.ts";
import { pow } from "../core/math.ts";
import { type Origin, placeOf } from "../core/schema.ts";
import { blockWeights, dataPerStep, nonzeroBlockWeights } from "../families/count.ts";
import type { DataDimensions, ModelChoice } from "../families/family.ts";
import { familyOf } from "../families/index.ts";
import { rateOf } from "../rates/index.ts";
import type { RateChoice } from "../rates/rate.ts";
import { matchWidths } from "./width.ts";

/** One point of the grid: what was asked for, and the run that comes nearest. */
export interface GridRun {
  readonly config: RunConfig & { name: string };
  /** N as asked for; `nonzeroParams` is what the widths give. */
  readonly wantedNonzeroParams: number;
  readonly nonzeroParams: number;
  /** The same count before pruning. */
  readonly denseParams: number;
  /** D: tokens or images seen, whole batches. */
  readonly dataSeen: number;
}

interface Point {
  readonly nonzeroParams: number;
  readonly sparsity: number;
  readonly data: number;
  readonly seed: number;
}

/**
 * Every run of the grid: sizes × sparsities × data amounts × seeds, in this order.
 *
 * @param data needed where blocks depend on the data
 * @throws {ConfigError} naming the run whose widths or settings do not work out
 */
export function gridRuns(sweep: SweepConfig, source: string | Origin = "sweep", data?: DataDimensions): GridRun[] {
  return [...points(sweep.grid)].map((point) => gridRun(sweep, point, source, data));
}

function* points({ nonzeroParams, sparsities, data, seeds }: SweepConfig["grid"]): Generator<Point> {
  for (const size of nonzeroParams)
    for (const sparsity of sparsities)
      for (const amount of data) for (const seed of seeds) yield { nonzeroParams: size, sparsity, data: amount, seed };
}

function gridRun(sweep: SweepConfig, point: Point, source: string | Origin, data: DataDimensions | undefined): GridRun {
  const { base, grid } = sweep;
  const target = { ...point, headDim: grid.headDim, data };
  const widths = matchWidths(base.model, target, placeOf(source, ["grid", "nonzeroParams"]));
  const model: ModelChoice = { ...base.model, ...widths };
  const dataOfStep = dataPerStep(model, base.training.batchSize);
  const steps = Math.ceil(point.data / dataOfStep);
  const name = runName(sweep.name, point);
  const width = widths[familyOf(model).scaling!.width]!;
  const learningRate = scaleLearningRate(base.training.learningRate, width, grid.learningRateRule);
  const config = {
    name,
    seed: point.seed,
    model,
    data: base.data,
    variant: base.variant,
    plugins: base.plugins,
    training: { ...base.training, steps, learningRate },
    sparsity: { ...base.sparsity, final: point.sparsity },
  };
  return {
    config: { ...parseRunConfig(config, `${placeOf(source, ["base"])}, run ${name}`), name },
    wantedNonzeroParams: point.nonzeroParams,
    nonzeroParams: nonzeroBlockWeights(model, point.sparsity, data),
    denseParams: blockWeights(model, data),
    dataSeen: steps * dataOfStep,
  };
}

function runName(sweep: string, { nonzeroParams, sparsity, data, seed }: Point): string {
  return `${sweep} N=${short(nonzeroParams)} S=${sparsity} D=${short(data)} seed=${seed}`;
}

/** 25k, 1.5M: three digits are enough to tell the sizes of a grid apart. */
function short(count: number): string {
  const power = Math.max(0, Math.min(4, Math.floor(Math.log10(count) / 3)));
  return `${Number((count / 1000 ** power).toPrecision(3))}${["", "k", "M", "G", "T"][power]}`;
}

/** Narrow models take larger learning rates: rate · (width/baseWidth)^−exponent. */
function scaleLearningRate(
  learningRate: RateChoice,
  width: number,
  rule: SweepConfig["grid"]["learningRateRule"],
): RateChoice {
  if (rule === undefined) return learningRate;
  return rateOf(learningRate).scaled(learningRate, pow(width / rule.baseWidth, -rule.exponent));
}
