/** From a table of runs to a law. */
import { ConfigError } from "../core/errors.ts";
import { type FitResult, rememberLaw } from "./fit-json.ts";
import {
  type FitRow,
  type FitUnits,
  type Law,
  type LawDefinition,
  lawFrom,
  lawNamed,
  naturalUnits,
  powerFormOf,
  sourceOf,
  toLogInputs,
  toTheta,
  UNNAMED_DATA,
} from "./laws/index.ts";
import {
  checkBounds,
  distinctOptima,
  type End,
  type FitProblem,
  type FitSettings,
  type LocalOptimum,
  settingsOf,
} from "./solve/index.ts";
import { checkRows, inFixedOrder, sparseInputs } from "./table/index.ts";
import { ranges, type TaskRunner, tasksHere } from "./tasks.ts";

export interface FitOptions extends Partial<FitSettings> {
  /** A law by name, a formula such as "E + A/N^alpha + B/D^beta", or a law as an object. */
  readonly law?: string | LawDefinition;
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
  const { law = "sparse" } = options;
  const settings = settingsOf(options);
  const chosen = typeof law === "string" ? lawNamed(law, rows) : lawFrom(law, rows);
  checkBounds(chosen, settings.bounds);
  checkRows(chosen, rows);
  const sorted = inFixedOrder(rows);
  const { residual, delta, average, objectiveScale } = settings;
  return {
    ...settings,
    law: chosen,
    rows: sorted,
    units: naturalUnits(sorted),
    objective: { residual, delta, scale: objectiveScale * (average === "sum" ? sorted.length : 1) },
  };
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

function warningsOf({ law, rows, units, starts }: FitProblem, best: LocalOptimum, ends: readonly End[]): string[] {
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
  const params: Readonly<Record<string, number>> = law.publish(best.coordinates, units);
  for (const [i, { positive }] of law.coordinates.entries()) {
    const value = best.coordinates[i]!;
    const name = law.parameters[i]!;
    if (positive && (value > runaway || value < 1 / runaway))
      warnings.push(`${name} ran off to ${params[name]!.toPrecision(2)}: the table does not identify it.`);
  }
  return warnings;
}

function finiteOrNull(params: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(params).map(([name, v]) => [name, Number.isFinite(v) ? v : null]));
}
