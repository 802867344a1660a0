/** The dense model that is as good as a sparse one. */
import { pow } from "../../core/math.ts";
import type { LawInputs, SparseParams } from "../laws/index.ts";
import { type AnyLaw, lossOf, sparseParamsIn } from "./law-with-params.ts";
import { crossing } from "./one-dimensional.ts";

/**
 * m(S): a model of sparsity S is as good as a dense one with m(S) times its non-zero parameters. S = 1 gives the limit.
 *
 *   m(S) = [(aS + cS) / (aS·(1−S)^bS + cS)]^(1/bN)
 */
export function denseEquivalentMultiplier({ aS, bS, cS, bN }: SparseParams, sparsity: number): number {
  return pow((aS + cS) / (aS * pow(1 - sparsity, bS) + cS), 1 / bN);
}

/** Parameters of the dense model that has the loss of a model for the same data; Infinity where none is as good. */
export function denseEquivalentSize(law: AnyLaw, inputs: LawInputs): number {
  const sparse = sparseParamsIn(law);
  if (sparse !== undefined) return inputs.nonzeroParams * denseEquivalentMultiplier(sparse, inputs.sparsity);
  const loss = lossOf(law, inputs);
  return crossing(
    (size) => lossOf(law, { sparsity: 0, nonzeroParams: size, meanParams: size, data: inputs.data }) - loss,
  );
}
