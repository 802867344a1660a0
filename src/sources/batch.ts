/** Which examples a step reads. A pure function of (seed, step): a resumed run needs no cursor. */
import { permuteIndex, RandomStream } from "../core/rng.ts";

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
