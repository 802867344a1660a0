/**
 * Which examples a step reads, and how they stand in memory. A pure function of (seed, step): a resumed run needs no cursor.
 */
import { ConfigError } from "../core/errors.ts";
import { permuteIndex, RandomStream } from "../core/rng.ts";
import type { DataSource, ImageSplit, TokenSplit } from "./source.ts";

/** One slot of a batch. */
export interface BatchItem {
  /** Window or image of the split. */
  readonly index: number;
  /** The same for all images of one epoch. */
  readonly augmentKey: number;
}

/** Token and label of what does not count: padding, and slots without an example. */
export const NO_LABEL = -1;

/** Different seeds read an endless split from starts this far apart, or further. */
const ENDLESS_STRIDE = 2 ** 20;

/**
 * The example at a position of the training order. Each epoch visits every item once, in a permutation of its own; an endless
 * split is read on from a start of the seed's own.
 *
 * @param position step·batchSize + slot
 * @param numItems windows or images of the training split; may be Infinity
 */
export function itemAt(seed: number, position: number, numItems: number): BatchItem {
  if (numItems === Infinity) {
    const start = new RandomStream(seed, "start in an endless split").uint32() * ENDLESS_STRIDE;
    return { index: start + position, augmentKey: 0 };
  }
  const epoch = Math.floor(position / numItems);
  return {
    index: permuteIndex(seed, `order of epoch ${epoch}`, position % numItems, numItems),
    augmentKey: new RandomStream(seed, "augmentation of epoch", epoch).uint32(),
  };
}

/** The examples of training step `step` (from 0). */
export function trainingItems(seed: number, step: number, batchSize: number, numItems: number): BatchItem[] {
  return Array.from({ length: batchSize }, (_, slot) => itemAt(seed, step * batchSize + slot, numItems));
}

/** The examples [first, first + batchSize) of a held-out split, in order; fewer at its end. */
export function evaluationItems(first: number, batchSize: number, numItems: number): BatchItem[] {
  const count = Math.max(0, Math.min(batchSize, numItems - first));
  return Array.from({ length: count }, (_, slot) => ({ index: first + slot, augmentKey: 0 }));
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

/**
 * Writes a batch of images.
 *
 * Shapes    images (batchSize, channels, height, width), overwritten, 0 in slots without an item · labels (at least
 *           batchSize), −1 there
 */
export function fillImages(
  split: ImageSplit,
  items: readonly BatchItem[],
  { batchSize }: { batchSize: number },
  images: Float32Array,
  labels: Int32Array,
): void {
  const stride = images.length / batchSize;
  images.fill(0, items.length * stride);
  labels.fill(NO_LABEL);
  for (const [slot, { index, augmentKey }] of items.entries())
    labels[slot] = split.readImage(index, augmentKey, images, slot * stride);
}

/** Windows or images of a split; Infinity where they are generated. */
export function numItemsOf(split: TokenSplit | ImageSplit, seqLen: number): number {
  return "numWindows" in split ? split.numWindows(seqLen) : split.size;
}

/**
 * Checks that the training split fills a batch and that the held-out split holds an example.
 *
 * @param seqLen tokens of a sequence; without meaning for images
 * @throws {ConfigError} naming what the split holds and what would fit
 */
export function checkDataSize(source: DataSource, { batchSize, seqLen }: { batchSize: number; seqLen: number }): void {
  const unit = source.kind === "tokens" ? `windows of ${seqLen + 1} tokens` : "images";
  const shorter = source.kind === "tokens" ? "shorten model.seqLen" : "lower training.batchSize";
  const numTrain = numItemsOf(source.train, seqLen);
  const numValid = numItemsOf(source.valid, seqLen);
  if (numTrain < batchSize)
    throw new ConfigError(
      `data: training split must hold at least training.batchSize = ${batchSize} ${unit}; got ${numTrain}` +
        `${sizeOf(source.train)}. Give more data, lower training.batchSize or ${shorter}.`,
    );
  if (numValid < 1)
    throw new ConfigError(
      `data: validation split must hold at least 1 of ${unit}; got ${numValid}${sizeOf(source.valid)}. ` +
        `Give more data, raise data.validFraction or ${shorter}.`,
    );
}

const sizeOf = (split: TokenSplit | ImageSplit) => ("numTokens" in split ? ` (${split.numTokens} tokens)` : "");
