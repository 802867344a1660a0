/** How windows of tokens become a decoder's batch. */
import { type BatchItem, NO_LABEL } from "../../sources/batch.ts";
import type { TokenSource, TokenSplit } from "../../sources/source.ts";
import type { ExampleReader, FieldArrays } from "../model.ts";

/** Reads windows of seqLen + 1 tokens into the fields `tokens` and `labels`. */
export function windowReader(source: TokenSource, shape: { batchSize: number; seqLen: number }): ExampleReader {
  const { seqLen } = shape;
  return {
    unit: `windows of ${seqLen + 1} tokens`,
    remedy: "shorten model.seqLen",
    count: (split) => source[split].numWindows(seqLen),
    describe: (split) => ` (${source[split].numTokens} tokens)`,
    fill(split, items, { tokens, labels }: FieldArrays<"tokens" | "labels">) {
      fillTokens(source[split], items, shape, tokens as Int32Array, labels as Int32Array);
    },
  };
}

/**
 * Writes a batch of token windows: inputs window[0…T), labels window[1…T].
 *
 * Shapes    tokens, labels (batchSize, seqTiles·32), overwritten; −1 beyond seqLen and in slots without an item
 */
export function fillTokens(
  split: TokenSplit,
  items: readonly BatchItem[],
  { batchSize, seqLen }: { batchSize: number; seqLen: number },
  tokens: Int32Array,
  labels: Int32Array,
): void {
  const stride = tokens.length / batchSize;
  const window = new Int32Array(seqLen + 1);
  tokens.fill(NO_LABEL);
  labels.fill(NO_LABEL);
  for (const [slot, { index }] of items.entries()) {
    split.readWindow(index, seqLen, window, 0);
    tokens.set(window.subarray(0, seqLen), slot * stride);
    labels.set(window.subarray(1), slot * stride);
  }
}
