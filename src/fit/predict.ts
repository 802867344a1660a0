/** What a fit predicts, with bands from the refits of its bootstrap. */
import { type FitResult, lawOfFit } from "./fit-json.ts";
import type { LawInputs, Params } from "./laws/index.ts";
import { type Interval, intervalOf, type Uncertainty } from "./uncertainty/index.ts";

/**
 * The 95 % band of anything that follows from a law's parameters.
 *
 *     bandOf(uncertainty, (params) => denseEquivalentMultiplier(params as SparseParams, 0.75))
 */
export function bandOf({ bootstrap }: Uncertainty, of: (params: Params) => number): Interval {
  return intervalOf(bootstrap.params.map(of));
}

export interface Prediction {
  /** Nats. */
  readonly loss: number;
  /** The 95 % interval of the law's value there, not of a single run's loss; null without a bootstrap. */
  readonly interval: Interval | null;
}

/** The loss that a fit predicts, with its band where the fit carries its uncertainty. */
export function predictWithBand(fit: FitResult, inputs: LawInputs): Prediction {
  const law = lawOfFit(fit);
  const loss = law.predict(fit.params, inputs);
  if (fit.uncertainty === undefined) return { loss, interval: null };
  return { loss, interval: bandOf(fit.uncertainty, (params) => law.predict(params, inputs)) };
}
