/** Optimal sparsity as the report shows it: by which law, and the best sparsity of given budgets. */
import { type Cost, paperRamp, type Ramp } from "../fit/cost.ts";
import { type AnyLaw, chinchillaOptimalData, type FittedLaw, tellsSparsitiesApart } from "../fit/fitted-law.ts";
import { type OptimalSparsity, optimalSparsity } from "../fit/optimal.ts";
import { type FitResult, lawOfFit } from "../fit/result.ts";
import { groupBy, groupBySize, type ReportedRun, targetSparsity } from "./runs.ts";

/** The ramp that most of the pruned runs used; the paper's where none was pruned. */
export function commonRamp(runs: readonly ReportedRun[]): Ramp {
  const ramps = runs.filter((run) => targetSparsity(run) > 0).map((run) => run.result.config.sparsity);
  const alike = [...groupBy(ramps, ({ start, end }) => `${start} ${end}`).values()];
  const [commonest] = alike.sort((a, b) => b.length - a.length);
  return commonest === undefined ? paperRamp : { start: commonest[0]!.start, end: commonest[0]!.end };
}

/** Any size: laws are asked at it whether they read S. */
const SOME_SIZE = 1e6;

/** The law of a fit, where it tells how sparse a model should be. */
export function advisingLaw(fit: FitResult | undefined): FittedLaw | undefined {
  if (fit === undefined) return undefined;
  const law = { law: lawOfFit(fit), params: fit.params };
  return tellsSparsitiesApart(law, SOME_SIZE) ? law : undefined;
}

/** C that makes a dense model of N parameters compute-optimal: 6·N·D*(N). */
export const denseOptimalFlops = (law: AnyLaw, nonzeroParams: number): number =>
  6 * nonzeroParams * chinchillaOptimalData(law, nonzeroParams);

export interface SizeOptimum {
  readonly nonzeroParams: number;
  readonly sparse: OptimalSparsity;
  readonly dense: OptimalSparsity;
}

/** For each non-zero size of the runs, what would have been best with the largest budget spent on it. */
export function optimaOfSizes(law: AnyLaw, runs: readonly ReportedRun[]): SizeOptimum[] {
  const schedule = commonRamp(runs);
  return groupBySize(runs, (run) => run.result.nonzeroParams).map(({ size: nonzeroParams, members }) => {
    const flops = Math.max(...members.map((run) => run.result.trainFlops));
    const best = (cost: Cost) => optimalSparsity({ law, nonzeroParams, flops, cost, schedule });
    return { nonzeroParams, sparse: best("sparse"), dense: best("dense") };
  });
}

const MULTIPLES = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128];

/** The same over budgets in multiples of the dense compute-optimal one, on which alone that of the sparse law depends. */
export function optimaOfMultiples(law: AnyLaw, runs: readonly ReportedRun[]): SizeOptimum[] {
  const schedule = commonRamp(runs);
  const nonzeroParams = Math.max(...runs.map((run) => run.result.nonzeroParams));
  if (!Number.isFinite(denseOptimalFlops(law, nonzeroParams))) return [];
  return MULTIPLES.map((chinchillaMultiple) => {
    const best = (cost: Cost) => optimalSparsity({ law, nonzeroParams, chinchillaMultiple, cost, schedule });
    return { nonzeroParams, sparse: best("sparse"), dense: best("dense") };
  });
}
