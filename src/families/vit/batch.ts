/** How images become a vision transformer's batch. */
import { type BatchItem, NO_LABEL } from "../../sources/batch.ts";
import type { ImageSource, ImageSplit } from "../../sources/source.ts";
import type { ExampleReader, FieldArrays } from "../model.ts";

/** Reads images into the fields `images` and `labels`. */
export function imageReader(source: ImageSource, shape: { batchSize: number }): ExampleReader {
  return {
    unit: "images",
    remedy: "lower training.batchSize",
    count: (split) => source[split].size,
    fill(split, items, { images, labels }: FieldArrays<"images" | "labels">) {
      fillImages(source[split], items, shape, images as Float32Array, labels as Int32Array);
    },
  };
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
