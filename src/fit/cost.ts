/** What training a sparse model costs, in units of training its non-zero weights alone. */
import { log } from "../core/math.ts";

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
  return log(cost(sparsity + half) / cost(low)) / (sparsity + half - low);
}

/** Pieces that a continuous ramp is cut into; their midpoints give its mean density to 10⁻⁴. */
const RAMP_PIECES = 64;

/** The sparsities of a schedule and the shares of training spent at each: what a cost that is no straight line needs. */
export function sparsityShares(sparsity: number, { start, end, updates }: Ramp): { share: number; sparsity: number }[] {
  const pieces = updates ?? RAMP_PIECES;
  const share = (end - start) / pieces;
  const ramp = Array.from({ length: pieces }, (_, i) => {
    const left = 1 - (updates === undefined ? i + 0.5 : i) / pieces;
    return { share, sparsity: sparsity * (1 - left * left * left) };
  });
  return [{ share: start, sparsity: 0 }, ...ramp, { share: 1 - end, sparsity }];
}
