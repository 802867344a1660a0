/**
 * Which examples a step reads, and how they stand in memory. A pure function of (seed, step): a resumed run needs no cursor.
 */
import { ConfigError } from "../core/errors.ts";
import { permuteIndex, RandomStream } from "../core/rng.ts";
import type { DataSource, ImageSplit, TokenSplit } from "./source.ts";

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

/** Which examples a batch holds. */
export type BatchChoice =
  /** Those of a training step (from 0). */
  | { readonly kind: "train"; readonly seed: number; readonly step: number }
  /** [first, first + count) in order. */
  | { readonly kind: "valid"; readonly first: number; readonly count: number };

function chooseItems(choice: BatchChoice, batchSize: number, numItems: number): BatchItem[] {
  if (choice.kind === "valid")
    return Array.from({ length: choice.count }, (_, slot) => ({ index: choice.first + slot, augmentKey: 0 }));
  const first = choice.step * batchSize;
  return Array.from({ length: batchSize }, (_, slot) => itemAt(choice.seed, first + slot, numItems));
}

export interface TokenBatch {
  readonly tokens: Int32Array;
  readonly labels: Int32Array;
  readonly batchSize: number;
  readonly seqLen: number;
}

/**
 * Writes a batch of token windows: inputs window[0…T), labels window[1…T].
 *
 * Shapes    tokens, labels (batchSize, seqTiles·32), overwritten; −1 beyond seqLen and in slots without an example
 */
export function fillTokenBatch(split: TokenSplit, choice: BatchChoice, into: TokenBatch): void {
  const { tokens, labels, batchSize, seqLen } = into;
  const stride = tokens.length / batchSize;
  const window = new Int32Array(seqLen + 1);
  tokens.fill(NO_LABEL);
  labels.fill(NO_LABEL);
  for (const [slot, { index }] of chooseItems(choice, batchSize, split.numWindows(seqLen)).entries()) {
    split.readWindow(index, seqLen, window, 0);
    tokens.set(window.subarray(0, seqLen), slot * stride);
    labels.set(window.subarray(1), slot * stride);
  }
}

export interface ImageBatch {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
  readonly batchSize: number;
}

/**
 * Writes a batch of images.
 *
 * Shapes    pixels (batchSize, channels, height, width), overwritten, 0 in slots without an example · labels (at least
 *           batchSize), −1 there
 */
export function fillImageBatch(split: ImageSplit, choice: BatchChoice, into: ImageBatch): void {
  const { pixels, labels, batchSize } = into;
  const stride = pixels.length / batchSize;
  const items = chooseItems(choice, batchSize, split.size);
  pixels.fill(0, items.length * stride);
  labels.fill(NO_LABEL);
  for (const [slot, { index, augmentKey }] of items.entries())
    labels[slot] = split.readImage(index, augmentKey, pixels, slot * stride);
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
