/** What a weight's score is asked of, and how. */
import type { RandomStream } from "../../core/rng.ts";

/** One weight matrix as dense row-major arrays in either format. They are the run's own memory: read, never written. */
export interface ScoredWeights {
  readonly rows: number;
  readonly cols: number;
  /** 0 where pruned. */
  readonly values: Float32Array;
  /** 0/1: 1 where kept; of weights that are to grow, where kept once the drop is done. */
  readonly mask: Uint8Array;
  /**
   * Of the loss by every weight, pruned ones too.
   *
   * @throws {StateError} where none was computed
   */
  readonly gradient: Float32Array;
  /** Keyed by (seed, step, the parameter's name, drop or growth): the same numbers whenever the same change is carried out. */
  readonly random: RandomStream;
}

/**
 * Ranks the weights of a matrix. What counts is the magnitude: weights of the smallest go first and those of the largest grow
 * first, ties to the lower index.
 *
 *     const decayed: Score = {
 *       name: "decayed",
 *       needsGradient: false,
 *       score({ values, cols }, into) {
 *         for (let i = 0; i < into.length; i++) into[i] = values[i]! / (1 + (i % cols));
 *       },
 *     };
 */
export interface Score {
  readonly name: string;
  /** A dense gradient must be computed before the change. */
  readonly needsGradient: boolean;
  /** Writes a number for every weight; `into` comes zeroed, row-major. */
  score(weights: ScoredWeights, into: Float32Array): void;
}
