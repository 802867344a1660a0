/** Images from files, in each of their formats. */
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { parseCifar } from "./cifar.ts";
import { parseIdx } from "./idx.ts";
import { type ImageContent, imageContent, type LabelledImages, openImages } from "./labelled-images.ts";
import { paths, validFraction } from "./settings.ts";
import { type DataFile, defineSource, type FileReader, type ImageSource } from "./source.ts";

/** How the files of a format become images. */
interface ImageFormat {
  /** Labels are files of their own, one for each image file. */
  readonly hasLabelFiles: boolean;
  decode(images: DataFile, labels: DataFile | undefined): LabelledImages;
}

const FORMATS = {
  idx: { hasLabelFiles: true, decode: (images, labels) => parseIdx(images, labels!) },
  cifar10: { hasLabelFiles: false, decode: ({ name, bytes }) => parseCifar(name, bytes, "cifar10") },
  cifar100: { hasLabelFiles: false, decode: ({ name, bytes }) => parseCifar(name, bytes, "cifar100") },
} satisfies Readonly<Record<string, ImageFormat>>;

type FormatName = keyof typeof FORMATS;

export const augmentShift = z
  .int()
  .nonnegative()
  .default(0)
  .describe(
    "Training images are moved by up to this many pixels each way, by a random number of (seed, epoch, image).",
  );

export const imagesSchema = z.strictObject({
  kind: z.literal("images").describe("Chooses this section."),
  format: z
    .enum(Object.keys(FORMATS) as [FormatName, ...FormatName[]])
    .describe("MNIST's file format, or the binary files of CIFAR."),
  paths: paths.describe("Image files, relative to the YAML file; `.gz` is unpacked."),
  labels: paths
    .optional()
    .describe("The label files of `format: idx`, one for each image file. CIFAR has its labels inside."),
  validFraction: validFraction.describe("Share of the images held out, from the end."),
  augmentShift,
});

export type ImagesConfig = z.infer<typeof imagesSchema>;

export const images = defineSource<ImagesConfig, ImageSource, ImageContent>({
  name: "images",
  schema: imagesSchema,
  yields: "images",
  pathKeys: ["paths", "labels"],
  *brokenRelations({ format, labels }) {
    if (FORMATS[format].hasLabelFiles && labels === undefined)
      yield ["labels", `given for format ${format}`, "nothing", "Name the IDX files of the labels."];
  },
  async read(data, files) {
    return imageContent(await readImages(data, files), data);
  },
  open: openImages,
});

async function readImages({ format, paths, labels }: ImagesConfig, reader: FileReader): Promise<LabelledImages[]> {
  const { hasLabelFiles, decode }: ImageFormat = FORMATS[format];
  const files = await reader.read("paths", paths);
  if (!hasLabelFiles) {
    if (labels)
      throw new ConfigError(
        `data: labels must be left out for ${format}; got ${labels.join(", ")}. Its files hold them.`,
      );
    return files.map((file) => decode(file, undefined));
  }
  if (!labels)
    throw new ConfigError(
      `data: labels must name the label files of format: ${format}; got none. Give one for each image file.`,
    );
  const labelFiles = await reader.read("labels", labels);
  if (labelFiles.length !== files.length)
    throw new ConfigError(
      `data: labels must be as many files as paths (${files.length}); got ${labelFiles.length}. Give one for each image file.`,
    );
  return files.map((file, i) => decode(file, labelFiles[i]!));
}
