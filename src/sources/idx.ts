/** IDX files, as MNIST comes. */
import { FormatError } from "../core/errors.ts";
import type { LabelledImages } from "./labelled-images.ts";
import type { DataFile } from "./source.ts";

const IDX_IMAGES = 0x00000803;
const IDX_LABELS = 0x00000801;

/**
 * An IDX image file and its label file, as MNIST comes.
 *
 * @throws {FormatError} wrong magic number, torn file, or as many labels as there are not images
 * @see LeCun, Cortes, Burges, "The MNIST database": big-endian magic, one u32 for each dimension, then bytes
 */
export function parseIdx(images: DataFile, labels: DataFile): LabelledImages {
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
