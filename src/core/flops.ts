/** FLOPs of training for each weight that a token meets: a multiply-add forward, two backward. */
export const FLOPS_PER_WEIGHT = 6;

/**
 * C as the paper counts.
 *
 *   C = 6 · Σ over steps of non-zero weights · data of a step
 *
 * @param weightSteps Σ over steps of the weights that are not pruned
 * @param dataPerStep tokens, or images
 */
export function trainingFlops(weightSteps: number, dataPerStep: number): number {
  return FLOPS_PER_WEIGHT * weightSteps * dataPerStep;
}
