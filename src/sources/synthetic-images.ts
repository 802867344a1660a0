/**
 * Images without end, drawn from hidden classes: every image is a function of (source seed, split, index), so that nothing is
 * stored and no image of one split occurs in the other.
 */
import { z } from "zod";
import { canonicalJson } from "../core/canonical.ts";
import { sha256Hex } from "../core/hash.ts";
import { identityOf } from "../core/outline.ts";
import { RandomStream } from "../core/rng.ts";
import { sourceSeed } from "./settings.ts";
import { defineSource, type ImageSource, type ImageSplit } from "./source.ts";

const count = z.int().positive();

export const syntheticImagesSchema = z.strictObject({
  kind: z.literal("synthetic-images").describe("Chooses this section."),
  imageSize: count.default(16).describe("Height and width in pixels."),
  channels: count.default(1).describe("Channels of an image."),
  numClasses: z.int().min(2).default(10).describe("Classes, one hidden prototype each."),
  noise: z
    .number()
    .nonnegative()
    .default(1)
    .describe("Standard deviation of the pixel noise, in units of the prototypes' own."),
  sourceSeed,
});

export type SyntheticImagesConfig = z.infer<typeof syntheticImagesSchema>;

/** The held-out split is finite, so that "the whole split" can be evaluated. */
const VALID_IMAGES = 1024;

/**
 * Images of hidden classes: each class is a prototype of mean 0 and deviation 1; an image is its prototype, moved around the
 * edges by up to an eighth of the side each way, plus normal noise, and scaled back to deviation 1.
 */
export function syntheticImages(config: SyntheticImagesConfig): ImageSource {
  const { imageSize, channels, numClasses, noise, sourceSeed } = config;
  const prototypes = Array.from({ length: numClasses }, (_, label) =>
    prototype(new RandomStream(sourceSeed, "synthetic prototype", label), channels, imageSize),
  );
  const maxShift = Math.floor(imageSize / 8);
  const scale = 1 / Math.sqrt(1 + noise * noise);
  const split = (purpose: string, size: number): ImageSplit => ({
    size,
    readImage(index, _augmentKey, into, offset) {
      const stream = new RandomStream(sourceSeed, purpose, index);
      const label = stream.integer(numClasses);
      const shift = () => stream.integer(2 * maxShift + 1) + imageSize - maxShift;
      const [dy, dx] = [shift(), shift()];
      for (let channel = 0; channel < channels; channel++)
        for (let row = 0; row < imageSize; row++) {
          const source = (channel * imageSize + ((row + dy) % imageSize)) * imageSize;
          const target = offset + (channel * imageSize + row) * imageSize;
          for (let column = 0; column < imageSize; column++) {
            const value = prototypes[label]![source + ((column + dx) % imageSize)]!;
            into[target + column] = scale * (value + noise * stream.normal());
          }
        }
      return label;
    },
  });
  return {
    kind: "images",
    channels,
    height: imageSize,
    width: imageSize,
    numClasses,
    train: split("synthetic training image", Infinity),
    valid: split("synthetic validation image", VALID_IMAGES),
    fingerprint: sha256Hex(canonicalJson(identityOf(syntheticImagesSchema, config))),
  };
}

/** Normal noise, blurred over 3 × 3 pixels around the edges so that a small shift changes it little, then standardised. */
function prototype(stream: RandomStream, channels: number, side: number): Float64Array {
  const noise = Float64Array.from({ length: channels * side * side }, () => stream.normal());
  const blurred = noise.map((_, i) => {
    const [plane, row, column] = [i - (i % (side * side)), Math.floor(i / side) % side, i % side];
    let sum = 0;
    for (let dy = side - 1; dy <= side + 1; dy++)
      for (let dx = side - 1; dx <= side + 1; dx++)
        sum += noise[plane + ((row + dy) % side) * side + ((column + dx) % side)]!;
    return sum;
  });
  const mean = blurred.reduce((sum, x) => sum + x, 0) / blurred.length;
  const variance = blurred.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / blurred.length;
  return blurred.map((x) => (x - mean) / Math.sqrt(variance));
}

export const syntheticImagesSource = defineSource<SyntheticImagesConfig, ImageSource>({
  name: "synthetic-images",
  schema: syntheticImagesSchema,
  yields: "images",
  isSynthetic: true,
  load: syntheticImages,
});
