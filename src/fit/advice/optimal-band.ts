/** How sure a recommendation is: what the refits of a bootstrap would recommend. */
import { ConfigError } from "../../core/errors.ts";
import type { Params } from "../laws/index.ts";
import { type Bootstrap, type Interval, intervalOf } from "../uncertainty/index.ts";
import type { OptimalSparsity } from "./optimal.ts";

/** 95 % intervals, from the refits' percentiles. */
export interface OptimalBand {
  readonly sparsity: Interval;
  readonly data: Interval;
  readonly loss: Interval;
  readonly denseEquivalent: Interval;
  readonly flops: Interval;
  /** Refits that the intervals are of. */
  readonly refits: number;
  /** Refits by which there is no recommendation, e.g. because a target loss is out of their reach. */
  readonly without: number;
}

/**
 * The intervals of a recommendation over the refits of a bootstrap.
 *
 * @param recommend the same question put to the law with a refit's parameters
 * @returns undefined where no refit has an answer
 */
export function bandOfOptima(
  { params }: Pick<Bootstrap, "params">,
  recommend: (params: Params) => OptimalSparsity,
): OptimalBand | undefined {
  const answers = params.flatMap((refit) => answerOf(() => recommend(refit)));
  if (answers.length === 0) return undefined;
  const band = (name: "sparsity" | "data" | "loss" | "denseEquivalent" | "flops") =>
    intervalOf(answers.map((answer) => answer[name]));
  return {
    sparsity: band("sparsity"),
    data: band("data"),
    loss: band("loss"),
    denseEquivalent: band("denseEquivalent"),
    flops: band("flops"),
    refits: answers.length,
    without: params.length - answers.length,
  };
}

function answerOf(recommend: () => OptimalSparsity): OptimalSparsity[] {
  try {
    const answer = recommend();
    return Number.isFinite(answer.loss) ? [answer] : [];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
