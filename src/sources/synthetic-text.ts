/**
 * Text without end, drawn from a hidden source: every window is a function of (source seed, split, index), so that nothing is
 * stored and no window of one split occurs in the other.
 */
import { z } from "zod";
import { canonicalJson } from "../core/canonical.ts";
import { sha256Hex } from "../core/hash.ts";
import { identityOf } from "../core/outline.ts";
import { RandomStream, threefry2x32 } from "../core/rng.ts";
import { sourceSeed } from "./settings.ts";
import { defineSource, type TokenSource, type TokenSplit } from "./source.ts";

export const syntheticTextSchema = z.strictObject({
  kind: z.literal("synthetic-text").describe("Chooses this section."),
  vocabSize: z.int().min(4).max(65536).default(256).describe("Tokens that the generator knows."),
  sourceSeed,
});

export type SyntheticTextConfig = z.infer<typeof syntheticTextSchema>;

/** The held-out split is finite, so that "the whole split" can be evaluated. */
const VALID_TOKENS = 2 ** 17;

/**
 * Text of a source with structure at several ranges. Each token is, with these chances,
 *
 *   copy 0.2      what followed the last earlier occurrence of the token before it, in this window (induction)
 *   trigram 0.4   one of four followers of the last two tokens, with chances ½, ¼, ⅛, ⅛
 *   bigram 0.25   one of four followers of the last token
 *   unigram 0.15  any token, with chances ∝ 1/rank (Zipf)
 *
 * Followers are themselves Zipf-distributed functions of their context. Contexts are as uneven as tokens are, so that ever rarer
 * ones remain to be learnt by larger models and longer training.
 */
export function syntheticText(config: SyntheticTextConfig): TokenSource {
  const source = new TextSource(config.vocabSize, config.sourceSeed);
  const split = (purpose: string, numTokens: number): TokenSplit => ({
    numTokens,
    numWindows: (seqLen) => Math.floor(numTokens / (seqLen + 1)),
    readWindow(index, seqLen, into, offset) {
      source.write(new RandomStream(config.sourceSeed, purpose, index), into, offset, offset + seqLen + 1);
    },
  });
  return {
    kind: "tokens",
    vocabSize: config.vocabSize,
    train: split("synthetic training text", Infinity),
    valid: split("synthetic validation text", VALID_TOKENS),
    fingerprint: sha256Hex(canonicalJson(identityOf(syntheticTextSchema, config))),
  };
}

/** Chances in units of 2⁻³², summed up. */
const COPY = 0.2 * 2 ** 32;
const TRIGRAM = COPY + 0.4 * 2 ** 32;
const BIGRAM = TRIGRAM + 0.25 * 2 ** 32;
const FOLLOWERS = 4;

class TextSource {
  readonly #vocabSize: number;
  readonly #seed: number;
  /** Σ 1/rank up to each token, over the whole sum. */
  readonly #cumulative: Float64Array;
  readonly #words = new Uint32Array(2);

  constructor(vocabSize: number, seed: number) {
    this.#vocabSize = vocabSize;
    this.#seed = seed;
    this.#cumulative = new Float64Array(vocabSize);
    let sum = 0;
    for (let token = 0; token < vocabSize; token++) this.#cumulative[token] = sum += 1 / (token + 1);
    for (let token = 0; token < vocabSize; token++) this.#cumulative[token]! /= sum;
  }

  write(stream: RandomStream, into: Int32Array, begin: number, end: number): void {
    for (let at = begin; at < end; at++) {
      const kind = stream.uint32();
      const detail = stream.uint32();
      const last = at > begin ? into[at - 1]! : 0;
      const lastButOne = at > begin + 1 ? into[at - 2]! : 0;
      const earlier = kind < COPY ? lastIndexOf(into, last, begin, at - 1) : -1;
      if (earlier >= 0) into[at] = into[earlier + 1]!;
      else if (kind < TRIGRAM) into[at] = this.#follower(lastButOne * this.#vocabSize + last, detail, 3);
      else if (kind < BIGRAM) into[at] = this.#follower(last, detail, 2);
      else into[at] = this.#zipf(detail / 2 ** 32);
    }
  }

  /** Leading zero bits are geometrically distributed: follower 0 half the time, 1 a quarter, then an eighth each. */
  #follower(context: number, detail: number, order: number): number {
    const choice = Math.min(Math.clz32(detail), FOLLOWERS - 1);
    threefry2x32(this.#seed, order, context, choice, this.#words);
    return this.#zipf(this.#words[0]! / 2 ** 32);
  }

  /** The first token whose cumulative chance exceeds u. */
  #zipf(u: number): number {
    let low = 0;
    let high = this.#vocabSize - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cumulative[middle]! > u) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Last place of `token` in [begin, end), or −1. */
function lastIndexOf(tokens: Int32Array, token: number, begin: number, end: number): number {
  for (let at = end - 1; at >= begin; at--) if (tokens[at] === token) return at;
  return -1;
}

export const syntheticTextSource = defineSource<SyntheticTextConfig, TokenSource>({
  name: "synthetic-text",
  schema: syntheticTextSchema,
  yields: "tokens",
  isSynthetic: true,
  load: syntheticText,
});
