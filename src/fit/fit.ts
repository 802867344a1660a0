/** From a table of runs to a law. */
import { ConfigError } from "../core/errors.ts";
import { type LawDefinition, lawFrom } from "./laws/definition.ts";
import { lawNamed, sourceOf } from "./laws/index.ts";
import { type FitRow, type FitUnits, type Law, naturalUnits, toLogInputs, toTheta } from "./laws/law.ts";
import { powerFormOf } from "./laws/power-law.ts";
import { UNNAMED_DATA } from "./laws/units.ts";
import { type FitResult, rememberLaw } from "./result.ts";
import {
  AVERAGES,
  type Average,
  LOSSES,
  type Loss,
  RESIDUALS,
  type Residual,
  START_SCHEMES,
  type StartScheme,
} from "./solve/choices.ts";
import type { End } from "./solve/constrained.ts";
import { distinctOptima, type LocalOptimum } from "./solve/multi-start.ts";
import type { Bounds, FitProblem } from "./solve/problem.ts";
import { checkRows, inFixedOrder, sparseInputs } from "./table/rows.ts";
import { ranges, type TaskRunner, tasksHere } from "./tasks.ts";

export interface FitOptions {
  /** A law by name, a formula such as "E + A/N^alpha + B/D^beta", or a law as an object. */
  readonly law?: string | LawDefinition;
  /** What is compared: predicted − measured, or the difference of the logarithms (default). */
  readonly residual?: Residual;
  /** Huber's (default), which outliers pull by δ at most, or r²/2. */
  readonly loss?: Loss;
  /** Where the Huber loss turns straight; .01 for raw residuals, .001 for natural and .001/ln 10 for decimal logarithms unless said. */
  readonly delta?: number;
  /** `mean` or `sum` over the rows. The fit does not depend on it. */
  readonly average?: Average;
  /** Ranges of published parameters. */
  readonly bounds?: Bounds;
  /** Searches for the optimum (default 100). */
  readonly starts?: number;
  /** Where the searches begin; all schemes in turn unless said. */
  readonly startScheme?: StartScheme;
  readonly seed?: number;
  /** Factor on the objective. The fit does not depend on it. */
  readonly objectiveScale?: number;
  /** What D counts, for the record. */
  readonly dataUnit?: string;
  /** Where the work runs; on this thread unless said. */
  readonly run?: TaskRunner;
}

/** Enough that a thread is not woken for too little, few enough to even out searches of different length. */
const STARTS_PER_TASK = 25;
/** A coordinate beyond this, or below its inverse, has run off: the data do not hold it. In raw units, coefficients are large. */
const RUNAWAY = { scaled: 1e8, raw: 1e60 };

/**
 * Fits a law to runs: the lowest end of many searches, and what the other ends say about it.
 *
 *   min 1/n · Σ huber(L(row) − loss, δ)   or of logarithms
 *
 * Units    N in parameters, D in tokens or images, losses in nats; scaled inside by their geometric means
 * Source   Frantar et al. 2023, arXiv 2309.08520, appendix; Hoffmann et al. 2022, arXiv 2203.15556, section 3.3
 *
 *     const fit = await fitLaw(rows, { law: "sparse", residual: "log" });
 *     console.log(fit.params.bS, `${fit.startsAtOptimum} of ${fit.starts} starts agree`);
 *
 * @throws {ConfigError} for options or rows out of range, and for a table that cannot identify the law
 */
export async function fitLaw(rows: readonly FitRow[], options: FitOptions = {}): Promise<FitResult> {
  const problem = poseFit(rows, options);
  const tasks = ranges(problem.starts, STARTS_PER_TASK).map((part) => ({ kind: "starts" as const, ...part }));
  const ends = (await (options.run ?? tasksHere)(problem, tasks)).flat();
  const optima = distinctOptima(problem, ends);
  if (optima.length === 0)
    throw new ConfigError(
      `fit: the table must hold the ${problem.law.name} law; got no convergence from any of ${problem.starts} starts. ` +
        "Remove runs that diverged, bound a parameter that runs off, or try another law.",
    );
  return described(problem, optima, ends, options.dataUnit ?? UNNAMED_DATA);
}

/** The optimum of a fit, as the point θ of its problem. */
export function optimumOf({ law }: FitProblem, fit: FitResult): Float64Array {
  return toTheta(
    law,
    law.coordinates.map(({ name }) => fit.scaledParams[name]!),
  );
}

/**
 * A table, a law and an objective, checked, as `fitLaw` solves it.
 *
 * @throws {ConfigError} as `fitLaw`
 */
export function poseFit(rows: readonly FitRow[], options: FitOptions = {}): FitProblem {
  const { law = "sparse", residual = "log", loss = "huber", average = "mean", bounds = {}, starts = 100 } = options;
  const { startScheme = "mixed", seed = 0, objectiveScale = 1 } = options;
  oneOf("residual", residual, RESIDUALS);
  oneOf("loss", loss, LOSSES);
  oneOf("average", average, AVERAGES);
  oneOf("startScheme", startScheme, START_SCHEMES);
  const delta = loss === "squared" ? Number.POSITIVE_INFINITY : (options.delta ?? DELTAS[residual]);
  if (!(delta > 0))
    throw new ConfigError(`fit: delta must be positive; got ${delta}. The residual where Huber turns straight.`);
  if (loss === "squared" && options.delta !== undefined)
    throw new ConfigError(`fit: delta must be left out for squared residuals; got ${options.delta}.`);
  if (!(objectiveScale > 0))
    throw new ConfigError(`fit: objectiveScale must be positive; got ${objectiveScale}. Leave it out.`);
  if (!(Number.isInteger(starts) && starts > 0))
    throw new ConfigError(`fit: starts must be a whole number above 0; got ${starts}. The default is 100.`);
  const chosen = typeof law === "string" ? lawNamed(law, rows) : lawFrom(law, rows);
  checkBounds(chosen, bounds);
  checkRows(chosen, rows);
  const sorted = inFixedOrder(rows);
  return {
    law: chosen,
    rows: sorted,
    units: naturalUnits(sorted),
    objective: { residual, delta, scale: objectiveScale * (average === "sum" ? sorted.length : 1) },
    bounds,
    starts,
    startScheme,
    seed,
  };
}

const DELTAS: Readonly<Record<Residual, number>> = { raw: 1e-2, log: 1e-3, log10: 1e-3 / Math.LN10 };

function oneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value))
    throw new ConfigError(`fit: ${name} must be one of ${known.join(", ")}; got ${JSON.stringify(value)}.`);
}

function checkBounds({ name: law, parameters }: Law, bounds: Bounds): void {
  for (const [name, { low = 0, high = Number.POSITIVE_INFINITY }] of Object.entries(bounds)) {
    oneOf("bounds: parameter", name, parameters);
    if (!(low >= 0 && low < high))
      throw new ConfigError(
        `fit: bounds of ${name} must be a range of positive numbers; got ${low}:${high}. Parameters of the ${law} law are positive.`,
      );
  }
}

function described(
  problem: FitProblem,
  optima: readonly LocalOptimum[],
  ends: readonly End[],
  dataUnit: string,
): FitResult {
  const { law, rows, units, objective, bounds, starts } = problem;
  const best = optima[0]!;
  const huberMean = (optimum: LocalOptimum) => optimum.value / (objective.scale ?? 1);
  const notConverged = ends.filter((end) => !end.isStationary).length;
  const result: FitResult = {
    type: "fit",
    law: law.name,
    source: sourceOf(law),
    formula: law.formula,
    residual: objective.residual,
    delta: Number.isFinite(objective.delta) ? objective.delta : null,
    bounds,
    params: { ...law.publish(best.coordinates, units) },
    dataUnit,
    scaledParams: Object.fromEntries(law.coordinates.map(({ name }, i) => [name, best.coordinates[i]!])),
    units,
    huberMean: huberMean(best),
    huberSum: huberMean(best) * rows.length,
    rows: rows.length,
    starts,
    atBounds: [...best.atBounds],
    startsAtOptimum: best.count,
    startsAtLocalOptima: starts - best.count - notConverged,
    startsNotConverged: notConverged,
    localOptima: optima.map((optimum) => ({
      huberMean: huberMean(optimum),
      count: optimum.count,
      params: finiteOrNull(law.publish(optimum.coordinates, units)),
    })),
    ...meanErrors(law, best.coordinates, rows, units),
    warnings: warningsOf(problem, best, ends),
  };
  rememberLaw(result, law);
  return result;
}

function meanErrors(law: Law, coordinates: Float64Array, rows: readonly FitRow[], units: FitUnits) {
  const gradient = new Float64Array(coordinates.length);
  const errors = rows.map((row) => Math.abs(law.evaluate(coordinates, toLogInputs(row, units), gradient) - row.loss));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    meanAbsoluteError: mean(errors),
    meanAbsolutePercentageError: 100 * mean(errors.map((error, i) => error / rows[i]!.loss)),
  };
}

function warningsOf({ law, rows, starts }: FitProblem, best: LocalOptimum, ends: readonly End[]): string[] {
  const warnings = sparseInputs(law, rows).map(
    (input) => `${input} takes two values only: its exponent is hardly identified.`,
  );
  if (best.count < starts / 2)
    warnings.push(`Only ${best.count} of ${starts} starts reached the optimum: use more starts.`);
  for (const name of best.atBounds)
    warnings.push(`${name} sits on a bound: the optimum lies outside, and its uncertainty is not told by this fit.`);
  if (ends.some((end) => end.value < best.value * (1 - 1e-6)))
    warnings.push("A search that did not converge came lower than the optimum reported: its law may have none.");
  const runaway = powerFormOf(law) === undefined ? RUNAWAY.raw : RUNAWAY.scaled;
  for (const [i, { name, positive }] of law.coordinates.entries()) {
    const value = best.coordinates[i]!;
    if (positive && (value > runaway || value < 1 / runaway))
      warnings.push(`${name} ran off to ${value.toPrecision(2)}: the table does not identify it.`);
  }
  return warnings;
}

function finiteOrNull(params: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(params).map(([name, v]) => [name, Number.isFinite(v) ? v : null]));
}
