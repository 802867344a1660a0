/** What a pattern of sparsity is: which weights of a matrix may be kept together. */
import type { Choice, Option } from "../../core/choice.ts";
import { partOf } from "../../core/registry.ts";
import type { BrokenRelation } from "../../core/schema.ts";
import type { KernelInstance } from "../../kernels/abi.ts";
import type { ParameterSpec } from "../../memory/parameter.ts";

export type PatternChoice = Choice<"kind">;

/** A matrix of scores, f32 row-major; what is ranked is their magnitude. */
export interface ScoreMatrix {
  readonly rows: number;
  readonly cols: number;
  /** Address of what is read. */
  readonly scores: number;
  /** Address of what is written, as large. */
  readonly into: number;
}

export interface Pattern<C extends PatternChoice = PatternChoice> {
  readonly name: string;
  /** The `sparsity.pattern` section, `kind` included, every key with its range, default and meaning. */
  readonly schema: Option;
  /** Relations that do not hold, keys named within `sparsity`. */
  brokenRelations?(pattern: C, finalSparsity: number): Iterable<BrokenRelation>;
  /**
   * Checks that a weight can have the pattern.
   *
   * @throws {ShapeError} naming the weight, what of its shape is in the way, and the setting
   */
  assertFits?(pattern: C, weight: ParameterSpec): void;
  /** Writes scores whose top k keep to the pattern; without it any weights may be kept. */
  lift?(kernels: KernelInstance, pattern: C, matrix: ScoreMatrix): void;
}

/** A pattern of one's own: its types are checked here, and `register` or a plugin makes it known. */
export function definePattern<C extends PatternChoice>(pattern: Pattern<C>): Pattern<C> {
  return partOf("patterns", pattern);
}
