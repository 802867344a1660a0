/** Exactly the best of some weights: ties to the lower index, and never one that is not eligible. */
import type { Parameter } from "../memory/parameter.ts";
import { bytesAt, floatsAt, type Pruner, stagingOf } from "./pruner.ts";

/**
 * Leaves of the 0/1 bytes at `eligible` the `count` whose weights have the largest |scores|.
 *
 * Shapes    scores, eligible (size); scores are 0 where not eligible, and at least `count` are eligible
 */
export function keepLargest(
  pruner: Pruner,
  parameter: Parameter,
  { scores, eligible, count }: { scores: number; eligible: number; count: number },
): void {
  const { size } = parameter;
  const missing = countMissing(floatsAt(pruner, scores, size), count);
  if (missing === 0) markLargest(pruner, parameter, scores, count, eligible);
  else keepNonzeros(floatsAt(pruner, scores, size), bytesAt(pruner, eligible, size), missing);
}

/** Marks at `keep` the `count` largest |scores| of all weights. */
export function markLargest(pruner: Pruner, parameter: Parameter, scores: number, count: number, keep: number): void {
  const { histogram } = stagingOf(pruner, parameter);
  pruner.kernels.u8_topk_magnitude(0, 1, scores, parameter.size, count, keep, histogram);
}

/** By how many the scores other than 0 are fewer than `count`. */
function countMissing(scores: Float32Array, count: number): number {
  let missing = count;
  for (let i = 0; missing > 0 && i < scores.length; i++) if (scores[i] !== 0) missing--;
  return missing;
}

/** Keeps every weight with a score, and the first `missing` eligible ones of score 0, which top-k cannot tell from the others. */
function keepNonzeros(scores: Float32Array, eligible: Uint8Array, missing: number): void {
  for (let i = 0; i < scores.length; i++) if (scores[i] === 0 && eligible[i] === 1) eligible[i] = missing-- > 0 ? 1 : 0;
}
