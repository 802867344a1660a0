/** Steps whose mean is compared, long enough that one hard batch does not end a run. */
const WINDOW = 32;
/** A mean loss this far above the first one is no longer training. */
const LIMIT = 1.5;

/**
 * A check to call with each step's loss: true once a loss is not finite, or the mean over the last 32 steps exceeds 1.5 times
 * the first loss.
 *
 * @param losses the run's losses so far; the trainer goes on appending to this array
 */
export function createDivergenceCheck(losses: readonly number[]): (loss: number) => boolean {
  return (loss) => {
    if (!Number.isFinite(loss)) return true;
    if (losses.length < 2 * WINDOW) return false;
    const mean = losses.slice(-WINDOW).reduce((sum, x) => sum + x, 0) / WINDOW;
    return mean > LIMIT * losses[0]!;
  };
}
