/** A law with its coefficients: what it predicts, and whether it can say how sparse a model should be. */
import { type Law, type LawInputs, type Params, type SparseParams, sourceOf, sparseLaw } from "../laws/index.ts";

/** A law and its published parameters. */
export interface FittedLaw {
  readonly law: Law;
  readonly params: Params;
}

/** The sparse law by its coefficients alone, or any law with its own. */
export type AnyLaw = SparseParams | FittedLaw;

export function fittedLaw(law: AnyLaw): FittedLaw {
  return "law" in law ? law : { law: sparseLaw, params: law };
}

/** The coefficients of the sparse law, which has closed forms; undefined for other laws. */
export function sparseParamsIn(any: AnyLaw): SparseParams | undefined {
  const { law, params } = fittedLaw(any);
  return law === sparseLaw ? (params as SparseParams) : undefined;
}

/** L, nats. */
export function lossOf(any: AnyLaw, inputs: LawInputs): number {
  const { law, params } = fittedLaw(any);
  return law.predict(params, inputs);
}

/** Whether a law predicts at every sparsity, and not one loss for all of them: only then has a size an optimal one. */
export function tellsSparsitiesApart(any: AnyLaw): boolean {
  // The sparse law always reads S, even where a huge data term or a vanishing aS hides it from the two losses below.
  if (sparseParamsIn(any) !== undefined) return true;
  const source = sourceOf(fittedLaw(any).law);
  if (source?.kind === "built-in" && source.levels !== undefined) return false;
  return PROBED_SIZES.some((size) => {
    const lossAt = (sparsity: number) => lossOf(any, { sparsity, nonzeroParams: size, data: size });
    return lossAt(0.5) !== lossAt(0);
  });
}

/** N and D at which laws are asked whether they read S: at one of them a floor or another term might hide it. */
const PROBED_SIZES = [1e3, 1e6, 1e9, 1e12];
