/** What training a sparse model costs, in units of training its non-zero weights alone. */
import { log } from "../../core/math.ts";
import { meanShare, paperRamp, type Ramp, rampMultiplier } from "../../core/ramp.ts";

/**
 * `sparse`: kernels that skip zeros; `dense`: kernels that do not. A function gives the multiplier of a sparsity, e.g. from
 * measured times.
 */
export type Cost = "sparse" | "dense" | ((sparsity: number) => number);

/** What training takes on some machine, the pruning schedule included. */
export interface TimeCost {
  /** Seconds for each token or image that a model of N non-zero parameters and sparsity S is trained on. */
  secondsPerDatum(sparsity: number, nonzeroParams: number): number;
}

/** The multiplier of a size that follows from times: t(S, N) / t(0, N). */
export function costOfTime(time: TimeCost, nonzeroParams: number): (sparsity: number) => number {
  const dense = time.secondsPerDatum(0, nonzeroParams);
  return (sparsity) => time.secondsPerDatum(sparsity, nonzeroParams) / dense;
}

/**
 * c_mul(S): training cost over that of a model that has only the non-zero weights from the start.
 *
 *   sparse   mean density of the schedule / (1 − S)        dense   1 / (1 − S)
 *
 * Source   Frantar et al. 2023, arXiv 2309.08520, section 4; 1, 1.375, 2.125, 3.625 at S = 0, .5, .75, .875
 */
export function costMultiplier(sparsity: number, cost: Cost = "sparse", ramp: Ramp = paperRamp): number {
  if (typeof cost === "function") return cost(sparsity);
  return cost === "dense" ? 1 / (1 - sparsity) : rampMultiplier(sparsity, ramp);
}

/** d ln c_mul/dS. */
export function costGrowth(sparsity: number, cost: Cost = "sparse", ramp: Ramp = paperRamp): number {
  if (typeof cost === "function") return numericGrowth(cost, sparsity);
  const share = cost === "dense" ? 0 : meanShare(ramp);
  return 1 / (1 - sparsity) - share / (1 - sparsity * share);
}

function numericGrowth(cost: (sparsity: number) => number, sparsity: number): number {
  const half = 1e-5 * (1 - sparsity);
  const low = Math.max(0, sparsity - half);
  return log(cost(sparsity + half) / cost(low)) / (sparsity + half - low);
}
