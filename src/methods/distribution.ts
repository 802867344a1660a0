/** How the run's sparsity is spread over its tensors. */
import type { ParameterSpec } from "../memory/parameter.ts";

/**
 * Final sparsity of one tensor under the uniform distribution: S for attention and MLP weights, 1 − √(1−S) for embedding
 * table, patch embedding and output head, so that their non-zeros follow the width of the dense model of equal N, and 0 for
 * norms, biases and positions.
 *
 * Source    arXiv 2309.08520, section 3
 */
export function uniformSparsity({ role }: Pick<ParameterSpec, "role">, sparsity: number): number {
  switch (role) {
    case "block":
      return sparsity;
    case "edge":
      return 1 - Math.sqrt(1 - sparsity);
    case "plain":
      return 0;
  }
}

/** Weights kept of `size` at a sparsity: rounded to the nearest, at least one. */
export function keptCount(size: number, sparsity: number): number {
  return Math.max(1, Math.round(size * (1 - sparsity)));
}
