/** Curves over N and D: of one loss, and of one budget. */

import { FLOPS_PER_WEIGHT } from "../../core/flops.ts";
import { paperRamp, type Ramp } from "../../core/ramp.ts";
import { type Cost, costMultiplier } from "./cost.ts";
import { dataForLoss } from "./data.ts";
import { type AnyLaw, lossOf } from "./law-with-params.ts";

export interface CurveOptions {
  readonly sparsity: number;
  /** N of the points. */
  readonly sizes: readonly number[];
  readonly schedule?: Ramp;
}

export interface IsoLossPoint {
  readonly nonzeroParams: number;
  readonly data: number;
}

/**
 * Pairs (N, D) of one loss; sizes that do not reach it with any data are left out.
 *
 *   L(S, N, D) = loss
 */
export function isoLossCurve(law: AnyLaw, options: CurveOptions & { readonly loss: number }): IsoLossPoint[] {
  const { loss, sparsity, sizes, schedule = paperRamp } = options;
  return sizes
    .map((nonzeroParams) => {
      const meanParams = nonzeroParams * costMultiplier(sparsity, "sparse", schedule);
      return { nonzeroParams, data: dataForLoss(law, { sparsity, nonzeroParams, meanParams }, loss) };
    })
    .filter(({ data }) => Number.isFinite(data));
}

export interface IsoFlopPoint extends IsoLossPoint {
  readonly loss: number;
}

/**
 * Losses of all models that cost the same.
 *
 *   D = C / (6·N·c_mul(S))
 */
export function isoFlopCurve(
  law: AnyLaw,
  options: CurveOptions & { readonly flops: number; readonly cost?: Cost },
): IsoFlopPoint[] {
  const { flops, sparsity, sizes, cost = "sparse", schedule = paperRamp } = options;
  return sizes.map((nonzeroParams) => {
    const data = flops / (FLOPS_PER_WEIGHT * nonzeroParams * costMultiplier(sparsity, cost, schedule));
    const meanParams = nonzeroParams * costMultiplier(sparsity, "sparse", schedule);
    return { nonzeroParams, data, loss: lossOf(law, { sparsity, nonzeroParams, meanParams, data }) };
  });
}
