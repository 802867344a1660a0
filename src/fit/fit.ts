/** From a table of runs to a law. */
import { ConfigError } from "../core/errors.ts";
import { type FitRow, type FitUnits, type Law, naturalUnits, toLogInputs } from "./law.ts";
import { lawNamed } from "./laws/index.ts";
import type { Minimum } from "./minimise.ts";
import { distinctOptima, type FitProblem, type LocalOptimum, type StartRunner, startsHere } from "./multi-start.ts";
import type { FitResult } from "./result.ts";
import { checkRows, inFixedOrder, sparseInputs } from "./rows.ts";

export interface FitOptions {
  /** `sparse`, `chinchilla`, or a law of one's own. */
  readonly law?: string | Law;
  /** What the Huber loss is taken of: predicted − measured, or the difference of the logarithms (default). */
  readonly residual?: "raw" | "log";
  /** Where the Huber loss turns straight; 0.01 for raw residuals and 0.001 for logarithms unless said. */
  readonly delta?: number;
  /** Searches for the optimum (default 100). */
  readonly starts?: number;
  readonly seed?: number;
  /** Factor on the objective. The fit does not depend on it. */
  readonly objectiveScale?: number;
  /** Where the searches run; on this thread unless said. */
  readonly runStarts?: StartRunner;
}

/** A coordinate beyond this, or below its inverse, has run off: the data do not hold it. */
const RUNAWAY = 1e8;

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
  const problem = posed(rows, options);
  const ends = await (options.runStarts ?? startsHere)(problem);
  const optima = distinctOptima(problem, ends);
  if (optima.length === 0)
    throw new ConfigError(
      `fit: the table must hold the ${problem.law.name} law; got no convergence from any of ${problem.starts} starts. ` +
        "Remove runs that diverged, or try another law.",
    );
  return described(problem, optima, ends);
}

function posed(rows: readonly FitRow[], options: FitOptions): FitProblem {
  const { law = "sparse", residual = "log", starts = 100, seed = 0, objectiveScale: scale = 1 } = options;
  const delta = options.delta ?? (residual === "log" ? 1e-3 : 1e-2);
  if (!(delta > 0))
    throw new ConfigError(`fit: delta must be positive; got ${delta}. The residual where Huber turns straight.`);
  if (!(scale > 0)) throw new ConfigError(`fit: objectiveScale must be positive; got ${scale}. Leave it out.`);
  if (!(Number.isInteger(starts) && starts > 0))
    throw new ConfigError(`fit: starts must be a whole number above 0; got ${starts}. The default is 100.`);
  const chosen = typeof law === "string" ? lawNamed(law) : law;
  checkRows(chosen, rows);
  const sorted = inFixedOrder(rows);
  return {
    law: chosen,
    rows: sorted,
    units: naturalUnits(sorted),
    objective: { residual, delta, scale },
    starts,
    seed,
  };
}

function described(problem: FitProblem, optima: readonly LocalOptimum[], ends: readonly Minimum[]): FitResult {
  const { law, rows, units, objective, starts } = problem;
  const best = optima[0]!;
  const huberMean = (optimum: LocalOptimum) => optimum.value / (objective.scale ?? 1);
  return {
    type: "fit",
    law: law.name,
    formula: law.formula,
    residual: objective.residual,
    delta: objective.delta,
    params: { ...law.publish(best.coordinates, units) },
    scaledParams: Object.fromEntries(law.coordinates.map(({ name }, i) => [name, best.coordinates[i]!])),
    units,
    huberMean: huberMean(best),
    huberSum: huberMean(best) * rows.length,
    rows: rows.length,
    starts,
    startsAtOptimum: best.count,
    startsNotConverged: ends.filter((end) => !end.isStationary).length,
    localOptima: optima.map((optimum) => ({
      huberMean: huberMean(optimum),
      count: optimum.count,
      params: finiteOrNull(law.publish(optimum.coordinates, units)),
    })),
    ...meanErrors(law, best.coordinates, rows, units),
    warnings: warningsOf(problem, best, ends),
  };
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

function warningsOf({ law, rows, starts }: FitProblem, best: LocalOptimum, ends: readonly Minimum[]): string[] {
  const warnings = sparseInputs(law, rows).map(
    (input) => `${input} takes two values only: its exponent is hardly identified.`,
  );
  if (best.count < starts / 2)
    warnings.push(`Only ${best.count} of ${starts} starts reached the optimum: use more starts.`);
  if (ends.some((end) => end.value < best.value * (1 - 1e-6)))
    warnings.push("A search that did not converge came lower than the optimum reported: its law may have none.");
  for (const [i, { name, positive }] of law.coordinates.entries()) {
    const value = best.coordinates[i]!;
    if (positive && (value > RUNAWAY || value < 1 / RUNAWAY))
      warnings.push(`${name} ran off to ${value.toPrecision(2)}: the table does not identify it.`);
  }
  return warnings;
}

function finiteOrNull(params: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(params).map(([name, v]) => [name, Number.isFinite(v) ? v : null]));
}
