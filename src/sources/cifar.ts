/** The binary files of CIFAR-10 and CIFAR-100. */
import { FormatError } from "../core/errors.ts";
import type { LabelledImages } from "./labelled-images.ts";

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
