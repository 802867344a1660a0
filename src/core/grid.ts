/** What counts as one size, and as one sparsity, among the runs of a grid. */

/**
 * Sizes whose ratio is below this are one: a grid that is matched in non-zero size hits it within a few percent only, since
 * widths are whole heads.
 */
export const SIZE_TOLERANCE = 1.2;

/** Sparsities nearer than this are one: those of runs differ from their target by the rounding of a mask. */
export const SPARSITY_TOLERANCE = 0.005;

export function isAtLevel(sparsity: number, level: number): boolean {
  return Math.abs(sparsity - level) < SPARSITY_TOLERANCE;
}

/** Distinct sparsities of runs, rising. */
export function levelsOf(runs: readonly { readonly sparsity: number }[]): number[] {
  const sorted = runs.map(({ sparsity }) => sparsity).sort((a, b) => a - b);
  const levels: number[] = [];
  for (const sparsity of sorted)
    if (levels.length === 0 || sparsity - levels.at(-1)! >= 2 * SPARSITY_TOLERANCE) levels.push(sparsity);
  return levels;
}
