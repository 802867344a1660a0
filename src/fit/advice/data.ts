/** How much data a model needs: for a loss, and to be compute-optimal. */
import { pow } from "../../core/math.ts";
import type { LawInputs } from "../laws/index.ts";
import { type AnyLaw, lossOf, sparseParamsIn } from "./law-with-params.ts";
import { crossing } from "./one-dimensional.ts";

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
