/** The runs of a sweep, matched in non-zero size. */
import { type LearningRateConfig, type ModelConfig, parseRunConfig, type RunConfig } from "../core/config.ts";
import { pow } from "../core/math.ts";
import { type Origin, placeOf } from "../core/schema.ts";
import { blockWeights, nonzeroBlockWeights, unitsPerExample } from "../models/count.ts";
import type { SweepConfig } from "./config.ts";
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
 * @throws {ConfigError} naming the run whose widths or settings do not work out
 */
export function gridRuns(sweep: SweepConfig, source: string | Origin = "sweep"): GridRun[] {
  return [...points(sweep.grid)].map((point) => gridRun(sweep, point, source));
}

function* points({ nonzeroParams, sparsities, data, seeds }: SweepConfig["grid"]): Generator<Point> {
  for (const size of nonzeroParams)
    for (const sparsity of sparsities)
      for (const amount of data) for (const seed of seeds) yield { nonzeroParams: size, sparsity, data: amount, seed };
}

function gridRun(sweep: SweepConfig, point: Point, source: string | Origin): GridRun {
  const { base, grid } = sweep;
  const model: ModelConfig = {
    ...base.model,
    ...matchWidths(base.model, { ...point, headDim: grid.headDim }, placeOf(source, ["grid", "nonzeroParams"])),
  };
  const dataPerStep = base.training.batchSize * unitsPerExample(model);
  const steps = Math.ceil(point.data / dataPerStep);
  const name = runName(sweep.name, point);
  const learningRate = scaleLearningRate(base.training.learningRate, model.dModel, grid.learningRateRule);
  const config = {
    name,
    seed: point.seed,
    model,
    data: base.data,
    variant: base.variant,
    training: { ...base.training, steps, learningRate },
    sparsity: { ...base.sparsity, final: point.sparsity },
  };
  return {
    config: { ...parseRunConfig(config, `${placeOf(source, ["base"])}, run ${name}`), name },
    wantedNonzeroParams: point.nonzeroParams,
    nonzeroParams: nonzeroBlockWeights(model, point.sparsity),
    denseParams: blockWeights(model),
    dataSeen: steps * dataPerStep,
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

/** Narrow models take larger learning rates: rate · (dModel/baseWidth)^−exponent. */
function scaleLearningRate(
  learningRate: LearningRateConfig,
  dModel: number,
  rule: SweepConfig["grid"]["learningRateRule"],
): LearningRateConfig {
  if (rule === undefined) return learningRate;
  const factor = pow(dModel / rule.baseWidth, -rule.exponent);
  return learningRate.kind === "rsqrt"
    ? { ...learningRate, scale: learningRate.scale * factor }
    : { ...learningRate, peak: learningRate.peak * factor };
}
