/** Optimal sparsity as the report shows it: by which law, and the best sparsity of given budgets. */
import { FLOPS_PER_WEIGHT } from "../../core/flops.ts";
import {
  type AnyLaw,
  bandOfOptima,
  type Cost,
  chinchillaOptimalData,
  type FittedLaw,
  type OptimalBand,
  type OptimalSparsity,
  optimalSparsity,
  tellsSparsitiesApart,
} from "../../fit/advice/index.ts";
import { type FitResult, lawOfFit } from "../../fit/fit-json.ts";
import type { Params } from "../../fit/laws/index.ts";
import { refitsOf } from "./bands.ts";
import { groupBySize } from "./groups.ts";
import { commonRamp, completedRuns, type ReportedRun } from "./reported-runs.ts";

/** A law by which some sparsity is best, and the refits that tell how surely. */
export interface LawWithOptimum extends FittedLaw {
  /** None where the fit has no bootstrap. */
  readonly refits: readonly Params[];
}

/** The law of a fit, where it tells any two sparsities apart. */
export function lawWithOptimum(fit: FitResult | undefined): LawWithOptimum | undefined {
  if (fit === undefined) return undefined;
  const law = { law: lawOfFit(fit), params: fit.params };
  return tellsSparsitiesApart(law) ? { ...law, refits: refitsOf(fit) } : undefined;
}

/** Why a fit has no such law, as a sentence; undefined where it has. */
export function whyNoOptimum(fit: FitResult | undefined): string | undefined {
  if (fit === undefined || lawWithOptimum(fit) !== undefined) return undefined;
  return `The ${fit.law} law does not tell any two sparsities apart, so optimal sparsities are left out; fit the sparse law for them.`;
}

/** C that makes a dense model of N parameters compute-optimal: 6·N·D*(N). */
export const denseOptimalFlops = (law: AnyLaw, nonzeroParams: number): number =>
  FLOPS_PER_WEIGHT * nonzeroParams * chinchillaOptimalData(law, nonzeroParams);

/** What is best, and the same by the refits of the bootstrap where there is one. */
export interface BandedOptimum extends OptimalSparsity {
  readonly band: OptimalBand | undefined;
}

export interface SizeOptimum {
  readonly nonzeroParams: number;
  readonly sparse: BandedOptimum;
  readonly dense: BandedOptimum;
}

/** What a law recommends for the sizes and the budgets of runs. */
export interface Optima {
  readonly ofSizes: readonly SizeOptimum[];
  readonly ofMultiples: readonly SizeOptimum[];
}

/** Undefined without completed runs and for laws that do not tell sparsities apart. */
export function optimaOfRuns(runs: readonly ReportedRun[], fit: FitResult | undefined): Optima | undefined {
  const completed = completedRuns(runs);
  const law = lawWithOptimum(fit);
  if (law === undefined || completed.length === 0) return undefined;
  return { ofSizes: optimaOfSizes(law, completed), ofMultiples: optimaOfMultiples(law, completed) };
}

/** For each non-zero size of the runs, what would have been best with the largest budget spent on it. */
function optimaOfSizes(law: LawWithOptimum, runs: readonly ReportedRun[]): SizeOptimum[] {
  return groupBySize(runs, (run) => run.result.nonzeroParams).map(({ size, members }) =>
    optimaOf(law, runs, size, Math.max(...members.map((run) => run.result.trainFlops))),
  );
}

const MULTIPLES = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128];

/** The same over budgets in multiples of the dense compute-optimal one, on which alone that of the sparse law depends. */
function optimaOfMultiples(law: LawWithOptimum, runs: readonly ReportedRun[]): SizeOptimum[] {
  const nonzeroParams = Math.max(...runs.map((run) => run.result.nonzeroParams));
  const one = denseOptimalFlops(law, nonzeroParams);
  return Number.isFinite(one) ? MULTIPLES.map((multiple) => optimaOf(law, runs, nonzeroParams, multiple * one)) : [];
}

function optimaOf(
  { law, params, refits }: LawWithOptimum,
  runs: readonly ReportedRun[],
  nonzeroParams: number,
  flops: number,
): SizeOptimum {
  const schedule = commonRamp(runs);
  const best = (cost: Cost) => {
    const by = (refit: Params) =>
      optimalSparsity({ law: { law, params: refit }, nonzeroParams, flops, cost, schedule });
    return { ...by(params), band: bandOfOptima({ params: refits }, by) };
  };
  return { nonzeroParams, sparse: best("sparse"), dense: best("dense") };
}
