/** Labelled 8-bit images, held in memory, as what training reads. */
import { concatBytes } from "../core/bytes.ts";
import { canonicalJson } from "../core/canonical.ts";
import { ConfigError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { RandomStream } from "../core/rng.ts";
import type { ImageSource, ImageSplit } from "./source.ts";

/** Pixels (count, channels, height, width), one label each. */
export interface LabelledImages {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

export interface ImageSplitSettings {
  /** Share of the images held out, from the end. */
  readonly validFraction: number;
  /** Training images are moved by up to this many pixels each way. */
  readonly augmentShift: number;
}

/** Both splits, the training split first. */
export interface ImageContent extends LabelledImages {
  readonly numClasses: number;
  readonly numTrain: number;
  /** (channels, 256): what each pixel value becomes. */
  readonly normalised: Float32Array;
  readonly fingerprint: string;
}

/**
 * An image source over the given batches, one after the other; the last `validFraction` of the images is held out.
 *
 * @throws {ConfigError} batches of different sizes, fewer than two classes, a split without an image, or equal pixels
 */
export function imageSource(batches: readonly LabelledImages[], settings: ImageSplitSettings): ImageSource {
  return openImages(imageContent(batches, settings), settings);
}

/** The first half of `imageSource`: all that costs time or memory. */
export function imageContent(
  batches: readonly LabelledImages[],
  { validFraction }: Pick<ImageSplitSettings, "validFraction">,
): ImageContent {
  const all = concat(batches);
  const { channels, height, width } = all;
  const count = all.labels.length;
  const numValid = Math.round(count * validFraction);
  if (numValid < 1 || numValid >= count)
    throw new ConfigError(
      `data: validFraction must leave an image on either side of ${count}; got ${validFraction}, which holds out ${numValid}. ` +
        "Change it or give more images.",
    );
  const numClasses = Math.max(...new Set(all.labels)) + 1;
  if (numClasses < 2)
    throw new ConfigError("data: labels must name at least 2 classes; got only class 0. Check the label files.");
  const numTrain = count - numValid;
  return {
    ...all,
    numClasses,
    numTrain,
    normalised: normalisation(all, numTrain),
    fingerprint: sha256Hex(
      canonicalJson({ kind: "images", channels, height, width, numTrain }),
      sha256Hex(all.pixels),
      sha256Hex(all.labels),
    ),
  };
}

/** The second half of `imageSource`. */
export function openImages(
  content: ImageContent,
  { augmentShift }: Pick<ImageSplitSettings, "augmentShift">,
): ImageSource {
  const { channels, height, width, numClasses, numTrain, labels, fingerprint } = content;
  return {
    kind: "images",
    channels,
    height,
    width,
    numClasses,
    train: splitInMemory(content, 0, numTrain, augmentShift),
    valid: splitInMemory(content, numTrain, labels.length - numTrain, 0),
    fingerprint,
  };
}

function concat(batches: readonly LabelledImages[]): LabelledImages {
  const { channels, height, width } = batches[0]!;
  const shape = (b: LabelledImages) => `(${b.channels}, ${b.height}, ${b.width})`;
  const stranger = batches.find((b) => shape(b) !== shape(batches[0]!));
  if (stranger)
    throw new ConfigError(
      `data: paths must hold images of one size, ${shape(batches[0]!)}; got ${shape(stranger)}. Train on them apart.`,
    );
  return {
    channels,
    height,
    width,
    pixels: concatBytes(batches.map((batch) => batch.pixels)),
    labels: concatBytes(batches.map((batch) => batch.labels)),
  };
}

/** For each channel, what each of the 256 pixel values becomes: mean 0 and deviation 1 over the first `numTrain` images. */
function normalisation({ channels, height, width, pixels }: LabelledImages, numTrain: number): Float32Array {
  const plane = height * width;
  const counts = new Float64Array(channels * 256);
  for (let p = 0; p < numTrain * channels; p++) {
    const base = (p % channels) * 256;
    for (let i = p * plane; i < (p + 1) * plane; i++) counts[base + pixels[i]!]!++;
  }
  const values = new Float32Array(channels * 256);
  for (let channel = 0; channel < channels; channel++) {
    const total = numTrain * plane;
    const histogram = counts.subarray(channel * 256, (channel + 1) * 256);
    const mean = histogram.reduce((sum, n, value) => sum + n * value, 0) / total;
    const variance = histogram.reduce((sum, n, value) => sum + n * (value - mean) * (value - mean), 0) / total;
    if (variance === 0)
      throw new ConfigError(
        `data: paths must hold images that differ; got value ${mean} at every pixel of channel ${channel}. Check the files.`,
      );
    for (let value = 0; value < 256; value++) values[channel * 256 + value] = (value - mean) / Math.sqrt(variance);
  }
  return values;
}

function splitInMemory(
  { channels, height, width, pixels, labels, normalised }: ImageContent,
  first: number,
  size: number,
  augmentShift: number,
): ImageSplit {
  const imageSize = channels * height * width;
  return {
    size,
    readImage(index, augmentKey, into, offset) {
      const image = (first + index) * imageSize;
      const [dy, dx] = augmentShift === 0 ? [0, 0] : shiftOf(augmentShift, augmentKey, index);
      for (let channel = 0; channel < channels; channel++)
        for (let row = 0; row < height; row++) {
          const from = row - dy;
          const source = image + (channel * height + from) * width - dx;
          const target = offset + (channel * height + row) * width;
          const isRowInside = from >= 0 && from < height;
          for (let column = 0; column < width; column++) {
            const isInside = isRowInside && column >= dx && column < width + dx;
            into[target + column] = normalised[channel * 256 + (isInside ? pixels[source + column]! : 0)]!;
          }
        }
      return labels[first + index]!;
    },
  };
}

/** How far an image moves down and right; what comes in from outside is black. */
function shiftOf(augmentShift: number, augmentKey: number, index: number): [dy: number, dx: number] {
  const stream = new RandomStream(augmentKey, "image shift", index);
  const shift = () => stream.integer(2 * augmentShift + 1) - augmentShift;
  return [shift(), shift()];
}
