/** What training a sparse model costs, in units of training its non-zero weights alone. */

/** The cubic pruning ramp s(p) = S·(1 − (1−p)³), in shares of the training steps. */
export interface Ramp {
  readonly start: number;
  readonly end: number;
  /** Mask updates evenly spread over the ramp, the last at its end; a continuous ramp unless said. */
  readonly updates?: number;
}

/** Dense to 25 % of the steps, at the final sparsity from 75 %. */
export const paperRamp: Ramp = { start: 0.25, end: 0.75 };

/**
 * `sparse`: kernels that skip zeros; `dense`: kernels that do not. A function gives the multiplier of a sparsity, e.g. from
 * measured times.
 */
export type Cost = "sparse" | "dense" | ((sparsity: number) => number);

/**
 * c_mul(S): training cost over that of a model that has only the non-zero weights from the start.
 *
 *   sparse   mean density of the schedule / (1 − S)        dense   1 / (1 − S)
 *
 * Source   Frantar et al. 2023, arXiv 2309.08520, section 4; 1, 1.375, 2.125, 3.625 at S = 0, .5, .75, .875
 */
export function costMultiplier(sparsity: number, cost: Cost = "sparse", ramp: Ramp = paperRamp): number {
  if (typeof cost === "function") return cost(sparsity);
  return (cost === "dense" ? 1 : 1 - sparsity * meanShare(ramp)) / (1 - sparsity);
}

/** d ln c_mul/dS. */
export function costGrowth(sparsity: number, cost: Cost = "sparse", ramp: Ramp = paperRamp): number {
  if (typeof cost === "function") return numericGrowth(cost, sparsity);
  const share = cost === "dense" ? 0 : meanShare(ramp);
  return 1 / (1 - sparsity) - share / (1 - sparsity * share);
}

/**
 * Sparsity averaged over the training steps, as a share of the final one.
 *
 *   (end − start)·mean(1 − (1−p)³) + (1 − end);  with n updates at p = 1/n … 1 and none before, the mean is 1 − (n+1)²/4n²
 */
function meanShare({ start, end, updates }: Ramp): number {
  const rampMean = updates === undefined ? 3 / 4 : 1 - (updates + 1) ** 2 / (4 * updates ** 2);
  return (end - start) * rampMean + (1 - end);
}

function numericGrowth(cost: (sparsity: number) => number, sparsity: number): number {
  const half = 1e-5 * (1 - sparsity);
  const low = Math.max(0, sparsity - half);
  return Math.log(cost(sparsity + half) / cost(low)) / (sparsity + half - low);
}
