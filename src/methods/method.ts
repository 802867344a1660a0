/**
 * What a method of sparse training is: data. Which tensor takes how much of the sparsity, and the mask changes of a run in the
 * order of its steps, each with the score that ranks the weights. Carrying them out is sparsity/pruner.ts.
 */
import type { Choice, Option } from "../core/choice.ts";
import { partOf } from "../core/registry.ts";
import type { BrokenRelation } from "../core/schema.ts";
import type { ParameterSpec } from "../memory/parameter.ts";
import type { PatternChoice } from "../sparsity/patterns/pattern.ts";
import type { Score } from "../sparsity/scores/score.ts";

export type MethodChoice = Choice<"method">;

/** Settings that every method has. */
export interface SparsityTarget {
  /** S: fraction of zero weights at the end. */
  readonly final: number;
  readonly pattern: PatternChoice;
}

/** What happens to the masks before training step `step` (from 0). */
export type PlannedChange = PlannedPrune | PlannedRegrow | PlannedDensify;

/** The masks are brought to `progress`·S by keeping the weights of highest score. */
export interface PlannedPrune {
  readonly kind: "prune";
  readonly step: number;
  /** In units of the final sparsity: 1 in the last one of a run. */
  readonly progress: number;
  /** Magnitude where left out. */
  readonly score?: Score;
}

/** The weights of lowest score are dropped and as many of the pruned ones grown, from zero, by another score. */
export interface PlannedRegrow {
  readonly kind: "regrow";
  readonly step: number;
  /** Share of the non-zeros that is exchanged. */
  readonly share: number;
  /** Magnitude where left out. */
  readonly drop?: Score;
  readonly grow: Score;
}

/** Every weight is trained again; those that come back start from zero. */
export interface PlannedDensify {
  readonly kind: "densify";
  readonly step: number;
}

/** Whether a change ranks by the gradients of all weights, pruned ones included. */
export function needsGradient(change: PlannedChange): boolean {
  if (change.kind === "prune") return change.score?.needsGradient ?? false;
  if (change.kind === "regrow") return change.grow.needsGradient || (change.drop?.needsGradient ?? false);
  return false;
}

export interface Method<C extends MethodChoice = MethodChoice> {
  readonly name: string;
  /** Its own keys of the `sparsity` section, `method` included, every key with its range, default and meaning. */
  readonly schema: Option;
  /** Settings whose default follows from the number of steps. */
  complete?(config: C & SparsityTarget, steps: number): Partial<C>;
  /** What a user should know before training: that it is allowed does not make it meant. */
  warnings?(config: C & SparsityTarget, steps: number): readonly string[];
  /** The mask changes of a run of `steps`, at most one before a step; none for a dense run. */
  changes(config: C & SparsityTarget, steps: number): readonly PlannedChange[];
  /** Final sparsity of one tensor; `uniformSparsity` where left out. */
  sparsityOf?(spec: ParameterSpec, config: C & SparsityTarget): number;
  /** Relations that do not hold, keys named within `sparsity`. */
  brokenRelations?(config: C & SparsityTarget): Iterable<BrokenRelation>;
}

/** A method of one's own: its types are checked here, and `register` or a plugin makes it known. */
export function defineMethod<C extends MethodChoice>(method: Method<C>): Method<C> {
  return partOf("methods", method);
}
