/** Labelled 8-bit images, held in memory. Knows nothing of files and paths: bytes in, an ImageSource out. */
import { concatBytes } from "../core/bytes.ts";
import { canonicalJson } from "../core/canonical.ts";
import type { DataConfig } from "../core/config.ts";
import { ConfigError, FormatError } from "../core/errors.ts";
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

const IDX_IMAGES = 0x00000803;
const IDX_LABELS = 0x00000801;

/**
 * An IDX image file and its label file, as MNIST comes.
 *
 * @throws {FormatError} wrong magic number, torn file, or as many labels as there are not images
 * @see LeCun, Cortes, Burges, "The MNIST database": big-endian magic, one u32 for each dimension, then bytes
 */
export function parseIdx(
  images: { readonly name: string; readonly bytes: Uint8Array },
  labels: { readonly name: string; readonly bytes: Uint8Array },
): LabelledImages {
  const { dimensions, data } = parseIdxFile(images.name, images.bytes, IDX_IMAGES, 3);
  const parsedLabels = parseIdxFile(labels.name, labels.bytes, IDX_LABELS, 1);
  const [count, height, width] = dimensions as [number, number, number];
  if (parsedLabels.data.length !== count)
    throw new FormatError(
      labels.name,
      `labels must be as many as the images of ${images.name} (${count}); got ${parsedLabels.data.length}. ` +
        "List image and label files in the same order.",
    );
  return { channels: 1, height, width, pixels: data, labels: parsedLabels.data };
}

function parseIdxFile(file: string, bytes: Uint8Array, magic: number, numDimensions: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = 4 + 4 * numDimensions;
  const got = bytes.length < 4 ? magic : view.getUint32(0);
  if (got !== magic)
    throw new FormatError(
      file,
      `magic number must be ${hex(magic)} (IDX, bytes, ${numDimensions} dimensions); got ${hex(got)}. ` +
        "Give image files in paths and label files in labels.",
    );
  if (bytes.length < headerBytes)
    throw new FormatError(
      file,
      `file must hold an IDX header of ${headerBytes} bytes; got ${bytes.length}. Download it again.`,
    );
  const dimensions = Array.from({ length: numDimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = headerBytes + dimensions.reduce((product, size) => product * size, 1);
  if (bytes.length !== wanted)
    throw new FormatError(
      file,
      `file must hold ${wanted} bytes for ${dimensions.join(" × ")}; got ${bytes.length}. Download it again.`,
    );
  return { dimensions, data: bytes.subarray(headerBytes) };
}

const hex = (word: number) => `0x${word.toString(16).padStart(8, "0")}`;

const CIFAR_SIDE = 32;
const CIFAR_PIXELS = 3 * CIFAR_SIDE * CIFAR_SIDE;
/** The label bytes before each image; of CIFAR-100's two (coarse, fine) the last is used. */
const CIFAR = {
  cifar10: { labelBytes: 1, numClasses: 10 },
  cifar100: { labelBytes: 2, numClasses: 100 },
};

/**
 * A binary batch of CIFAR-10 or CIFAR-100 (fine labels).
 *
 * @throws {FormatError} torn file or label out of range
 * @see Krizhevsky, "Learning multiple layers of features from tiny images" (2009): label bytes, then red, green, blue planes
 */
export function parseCifar(file: string, bytes: Uint8Array, format: keyof typeof CIFAR): LabelledImages {
  const { labelBytes, numClasses } = CIFAR[format];
  const recordBytes = labelBytes + CIFAR_PIXELS;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0)
    throw new FormatError(
      file,
      `file must hold whole ${format} records of ${recordBytes} bytes; got ${bytes.length} bytes. ` +
        "Give only the binary batches (*.bin), or download them again.",
    );
  const count = bytes.length / recordBytes;
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * CIFAR_PIXELS);
  for (let i = 0; i < count; i++) {
    const image = i * recordBytes + labelBytes;
    labels[i] = bytes[image - 1]!;
    if (labels[i]! >= numClasses)
      throw new FormatError(
        file,
        `label must be below ${numClasses}; got ${labels[i]}. Check that the files are ${format}.`,
        { record: i + 1 },
      );
    pixels.set(bytes.subarray(image, image + CIFAR_PIXELS), i * CIFAR_PIXELS);
  }
  return { channels: 3, height: CIFAR_SIDE, width: CIFAR_SIDE, pixels, labels };
}

/**
 * An image source over the given batches, one after the other; the last `validFraction` of the images is held out.
 *
 * @throws {ConfigError} batches of different sizes, fewer than two classes, a split without an image, or equal pixels
 */
export function imageSource(
  batches: readonly LabelledImages[],
  { validFraction, augmentShift }: Pick<Extract<DataConfig, { kind: "images" }>, "validFraction" | "augmentShift">,
): ImageSource {
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
  const normalised = normalisation(all, numTrain);
  return {
    kind: "images",
    channels,
    height,
    width,
    numClasses,
    train: splitInMemory(all, normalised, 0, numTrain, augmentShift),
    valid: splitInMemory(all, normalised, numTrain, numValid, 0),
    fingerprint: sha256Hex(
      canonicalJson({ kind: "images", channels, height, width, numTrain }),
      sha256Hex(all.pixels),
      sha256Hex(all.labels),
    ),
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
  { channels, height, width, pixels, labels }: LabelledImages,
  normalised: Float32Array,
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
