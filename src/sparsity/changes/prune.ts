import type { Format, Parameter } from "../../memory/parameter.ts";
import { adoptMask } from "../adopt-mask.ts";
import type { Moment } from "../moment.ts";
import { patternOf } from "../patterns/index.ts";
import type { PatternChoice } from "../patterns/pattern.ts";
import { bytesAt, type Pruner, stagingOf, writeMask } from "../pruner.ts";
import { rankKept } from "../ranking.ts";
import type { Score } from "../scores/score.ts";
import { keepLargest, markLargest } from "../selection.ts";
import { checkCount } from "./check.ts";

export interface Prune {
  /** Weights to keep. */
  readonly kept: number;
  readonly pattern: PatternChoice;
  readonly score: Score;
  /** How the weight is stored from now on. */
  readonly format: Format;
}

/**
 * Keeps the `kept` weights of largest score among those that are kept now.
 *
 * With an n:m pattern the n largest of every m come before all others, so that the mask is n:m once kept = size·n/m. A group
 * that other changes have left with fewer than n weights takes some back, at 0, for the pattern's sake.
 *
 * @throws {StateError} where `kept` is more than are kept now, or more than the plan has room for in `format`
 */
export function prune(pruner: Pruner, parameter: Parameter, change: Prune, moment: Moment): void {
  const { kept, pattern, score, format } = change;
  checkCount(parameter, "kept", kept, { from: 1, to: parameter.nonzeros });
  const { mask } = stagingOf(pruner, parameter);
  writeMask(pruner, parameter, bytesAt(pruner, mask, parameter.size));
  const scores = rankKept(pruner, parameter, score, moment);
  const lifted = patternScores(pruner, parameter, scores, pattern);
  if (lifted === undefined) keepLargest(pruner, parameter, { scores, eligible: mask, count: kept });
  else markLargest(pruner, parameter, lifted, kept, mask);
  adoptMask(pruner, parameter, format);
}

/** Address of scores whose largest keep to the pattern; undefined for a pattern that allows any weights. */
function patternScores(
  pruner: Pruner,
  parameter: Parameter,
  scores: number,
  pattern: PatternChoice,
): number | undefined {
  const { lift } = patternOf(pattern);
  if (lift === undefined) return undefined;
  const { rows, cols } = parameter.spec;
  const staging = stagingOf(pruner, parameter);
  const into = scores === staging.scores ? staging.dense : staging.scores;
  lift(pruner.kernels, pattern, { rows, cols, scores, into });
  return into;
}
