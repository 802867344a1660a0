/** Optimal sparsity as the report shows it: straight contours over (N, C), and the best sparsity of given budgets. */
import { type Cost, paperRamp, type Ramp } from "../fit/cost.ts";
import { chinchillaOptimalData } from "../fit/fitted-law.ts";
import type { SparseParams } from "../fit/laws/sparse.ts";
import { budgetMultipleFor, type OptimalSparsity, optimalSparsity } from "../fit/optimal.ts";
import { groupBy, groupBySize, type ReportedRun, targetSparsity } from "./runs.ts";

/** The ramp that most of the pruned runs used; the paper's where none was pruned. */
export function commonRamp(runs: readonly ReportedRun[]): Ramp {
  const ramps = runs.filter((run) => targetSparsity(run) > 0).map((run) => run.result.config.sparsity);
  const alike = [...groupBy(ramps, ({ start, end }) => `${start} ${end}`).values()];
  const [commonest] = alike.sort((a, b) => b.length - a.length);
  return commonest === undefined ? paperRamp : { start: commonest[0]!.start, end: commonest[0]!.end };
}

/** C that makes a dense model of N parameters compute-optimal: 6·N·D*(N). */
export const denseOptimalFlops = (law: SparseParams, nonzeroParams: number): number =>
  6 * nonzeroParams * chinchillaOptimalData(law, nonzeroParams);

/** C that makes a sparsity optimal for N non-zero parameters. */
export const contourFlops = (
  law: SparseParams,
  nonzeroParams: number,
  sparsity: number,
  cost: Cost,
  ramp: Ramp,
): number => budgetMultipleFor(law, sparsity, cost, ramp) * denseOptimalFlops(law, nonzeroParams);

export interface SizeOptimum {
  readonly nonzeroParams: number;
  readonly sparse: OptimalSparsity;
  readonly dense: OptimalSparsity;
}

/** For each non-zero size of the runs, what would have been best with the largest budget spent on it. */
export function optimaOfSizes(law: SparseParams, runs: readonly ReportedRun[]): SizeOptimum[] {
  const schedule = commonRamp(runs);
  return groupBySize(runs, (run) => run.result.nonzeroParams).map(({ size: nonzeroParams, members }) => {
    const flops = Math.max(...members.map((run) => run.result.trainFlops));
    const best = (cost: Cost) => optimalSparsity({ law, nonzeroParams, flops, cost, schedule });
    return { nonzeroParams, sparse: best("sparse"), dense: best("dense") };
  });
}

const MULTIPLES = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128];

/** The same over budgets in multiples of the dense compute-optimal one, on which alone the optimal sparsity depends. */
export function optimaOfMultiples(law: SparseParams, runs: readonly ReportedRun[]): SizeOptimum[] {
  const schedule = commonRamp(runs);
  const nonzeroParams = Math.max(...runs.map((run) => run.result.nonzeroParams));
  return MULTIPLES.map((chinchillaMultiple) => {
    const best = (cost: Cost) => optimalSparsity({ law, nonzeroParams, chinchillaMultiple, cost, schedule });
    return { nonzeroParams, sparse: best("sparse"), dense: best("dense") };
  });
}
