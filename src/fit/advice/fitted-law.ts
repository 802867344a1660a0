/** A law with its coefficients, and what follows from it by the meaning of N, D and S alone. */
import { pow } from "../../core/math.ts";
import { sourceOf } from "../laws/index.ts";
import type { Law, LawInputs, Params } from "../laws/law.ts";
import { type SparseParams, sparseLaw } from "../laws/sparse.ts";
import { crossing } from "./search.ts";

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

/** As good as endless: no data term of a law is felt here. */
const ENDLESS = 1e200;

/** The loss that a model comes near to with endless data. */
export function leastLoss(law: AnyLaw, inputs: Omit<LawInputs, "data">): number {
  return lossOf(law, { ...inputs, data: ENDLESS });
}

/**
 * The data with which a model reaches a loss; Infinity where no data suffice.
 *
 *   D = aD · (L − (aS·(1−S)^bS + cS)·N^−bN − c)^(−1/bD)   for the sparse law; by bisection for others
 */
export function dataForLoss(law: AnyLaw, inputs: Omit<LawInputs, "data">, loss: number): number {
  const sparse = sparseParamsIn(law);
  if (sparse === undefined) return crossing((data) => lossOf(law, { ...inputs, data }) - loss);
  const { aS, bS, cS, bN, aD, bD, c } = sparse;
  const left = loss - (aS * pow(1 - inputs.sparsity, bS) + cS) * pow(inputs.nonzeroParams, -bN) - c;
  return left > 0 ? aD * pow(left, -1 / bD) : Number.POSITIVE_INFINITY;
}

/** Step in ln N and ln D of the balance between them. */
const STEP = 1e-3;

/**
 * D*: the data with which a dense model of N parameters is compute-optimal; Infinity where the law has none.
 *
 *   D* = aD · [bN·(aS + cS)·N^−bN / bD]^(−1/bD)   for the sparse law; for others where N·∂L/∂N = D·∂L/∂D, by bisection
 *
 * Derived   the minimum of L(0, N, C/6N) over N at constant C
 */
export function chinchillaOptimalData(law: AnyLaw, nonzeroParams: number): number {
  const sparse = sparseParamsIn(law);
  if (sparse === undefined) return balancedData(law, nonzeroParams);
  const { aS, cS, bN, aD, bD } = sparse;
  return aD * pow((bN * (aS + cS) * pow(nonzeroParams, -bN)) / bD, -1 / bD);
}

/** Below it, turning data into size makes the loss worse; beyond it, better. */
function balancedData(law: AnyLaw, nonzeroParams: number): number {
  const moved = (data: number, factor: number) => {
    const size = nonzeroParams * factor;
    return lossOf(law, { sparsity: 0, nonzeroParams: size, meanParams: size, data: data / factor });
  };
  return crossing((data) => moved(data, 1 + STEP) - moved(data, 1 / (1 + STEP)));
}

/**
 * m(S): a model of sparsity S is worth a dense one with m(S) times its non-zero parameters. S = 1 gives the limit.
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
