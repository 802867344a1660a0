/**
 * The cubic ramp of gradual pruning: s(p) = S·(1 − (1−p)³), with p from 0 to 1 between two shares of the training steps.
 *
 * Source    Zhu & Gupta 2017, "To prune, or not to prune", eq. 1
 */

export interface Ramp {
  /** Shares of the steps between which the sparsity rises. */
  readonly start: number;
  readonly end: number;
  /** Mask updates evenly spread over the ramp, the last at its end; a continuous ramp unless said. */
  readonly updates?: number;
}

/** Dense to 25 % of the steps, at the final sparsity from 75 %. */
export const paperRamp: Ramp = { start: 0.25, end: 0.75 };

/** The sparsity at position p of the ramp, in units of the final one: 1 − (1−p)³. */
export function cubicShare(p: number): number {
  const left = 1 - p;
  return 1 - left * left * left;
}

/**
 * Sparsity averaged over the training steps, in units of the final one.
 *
 *   (end − start)·mean(1 − (1−p)³) + (1 − end);  with n updates at p = 1/n … 1 and none before, the mean is 1 − (n+1)²/4n²
 */
export function meanShare({ start, end, updates }: Ramp): number {
  const rampMean = updates === undefined ? 3 / 4 : 1 - (updates + 1) ** 2 / (4 * updates ** 2);
  return (end - start) * rampMean + (1 - end);
}

/**
 * c_mul(S) of kernels that skip zeros: the mean density of a training run over the density at its end.
 *
 * Source   Frantar et al. 2023, arXiv 2309.08520, section 4; 1, 1.375, 2.125, 3.625 at S = 0, .5, .75, .875
 */
export function rampMultiplier(sparsity: number, ramp: Ramp = paperRamp): number {
  return (1 - sparsity * meanShare(ramp)) / (1 - sparsity);
}

/** Pieces that a continuous ramp is cut into; their midpoints give its mean density to 10⁻⁴. */
const RAMP_PIECES = 64;

/** The sparsities of a schedule and the shares of training spent at each: what a cost that is no straight line needs. */
export function sparsityShares(sparsity: number, { start, end, updates }: Ramp): { share: number; sparsity: number }[] {
  const pieces = updates ?? RAMP_PIECES;
  const share = (end - start) / pieces;
  const ramp = Array.from({ length: pieces }, (_, i) => ({
    share,
    sparsity: sparsity * cubicShare((updates === undefined ? i + 0.5 : i) / pieces),
  }));
  return [{ share: start, sparsity: 0 }, ...ramp, { share: 1 - end, sparsity }];
}
