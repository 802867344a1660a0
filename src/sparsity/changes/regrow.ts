import { ConfigError } from "../../core/errors.ts";
import type { Format, Parameter } from "../../memory/parameter.ts";
import { adoptMask } from "../adopt-mask.ts";
import type { Moment } from "../moment.ts";
import { patternOf } from "../patterns/index.ts";
import type { PatternChoice } from "../patterns/pattern.ts";
import { bytesAt, floatsAt, type Pruner, stagingOf, writeMask } from "../pruner.ts";
import { keepWhere, rankAll, rankKept } from "../ranking.ts";
import type { Score } from "../scores/score.ts";
import { keepLargest } from "../selection.ts";
import { checkCount } from "./check.ts";

export interface Regrow {
  /** Weights to drop: those of lowest `dropScore`. */
  readonly dropped: number;
  /** Weights to grow: those of highest `growthScore`. */
  readonly grown: number;
  readonly dropScore: Score;
  readonly growthScore: Score;
  readonly pattern: PatternChoice;
  /** How the weight is stored from now on. */
  readonly format: Format;
}

/**
 * Drops kept weights and grows pruned ones, which start at 0 in every plane.
 *
 * A weight dropped here is grown again only where all that were pruned before are: it then keeps what it has, as if it had not
 * been dropped. (RigL's own code lets those dropped compete with the others, and they too keep what they have.)
 *
 * @throws {StateError} where a count is more than there are weights for, or the plan has no room for the result in `format`
 * @throws {ConfigError} for an n:m pattern, which growth would break
 * Source    Mocanu et al. 2018 (SET: drop |w|, grow at random); Evci et al. 2020 (RigL: grow by |∂L/∂w|)
 */
export function regrow(pruner: Pruner, parameter: Parameter, change: Regrow, moment: Moment): void {
  checkRegrow(parameter, change);
  const { mask } = stagingOf(pruner, parameter);
  writeMask(pruner, parameter, bytesAt(pruner, mask, parameter.size));
  drop(pruner, parameter, change, moment);
  grow(pruner, parameter, change, moment);
  adoptMask(pruner, parameter, change.format);
}

function checkRegrow(parameter: Parameter, { dropped, grown, pattern }: Regrow): void {
  const { nonzeros, size, name } = parameter;
  if (patternOf(pattern).lift !== undefined)
    throw new ConfigError(
      `${name}: sparsity.pattern must be unstructured where weights grow; got ${pattern.kind}. Prune only, or without a pattern.`,
    );
  checkCount(parameter, "dropped", dropped, { from: 0, to: nonzeros });
  const left = nonzeros - dropped;
  checkCount(parameter, "grown", grown, { from: left === 0 ? 1 : 0, to: size - left });
}

/** Takes the dropped weights out of `staging.mask`. */
function drop(pruner: Pruner, parameter: Parameter, { dropped, dropScore }: Regrow, moment: Moment): void {
  const scores = rankKept(pruner, parameter, dropScore, moment);
  const { mask: eligible } = stagingOf(pruner, parameter);
  keepLargest(pruner, parameter, { scores, eligible, count: parameter.nonzeros - dropped });
}

/** Puts the grown weights into `staging.mask`. */
function grow(pruner: Pruner, parameter: Parameter, { grown, growthScore }: Regrow, moment: Moment): void {
  const { size, nonzeros } = parameter;
  const scores = rankAll(pruner, parameter, growthScore, moment, "growth");
  const staging = stagingOf(pruner, parameter);
  const mask = bytesAt(pruner, staging.mask, size);
  const candidates = bytesAt(pruner, staging.dense, size);
  writeMask(pruner, parameter, candidates);
  complement(candidates, candidates);
  const fromDropped = Math.max(0, grown - (size - nonzeros));
  if (fromDropped > 0) {
    unite(candidates, mask);
    complement(mask, candidates);
  }
  keepWhere(candidates, floatsAt(pruner, scores, size));
  keepLargest(pruner, parameter, { scores, eligible: staging.dense, count: fromDropped || grown });
  unite(candidates, mask);
}

function complement(mask: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) into[i] = mask[i]! ^ 1;
}

function unite(mask: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) into[i]! |= mask[i]!;
}
