/** Every kind of data by its name. */
import type { z } from "zod";
import { Registry } from "../core/registry.ts";
import { digits, type digitsSchema } from "./digits.ts";
import { images, type imagesSchema } from "./images.ts";
import type { Source, SourceChoice } from "./source.ts";
import { type syntheticImagesSchema, syntheticImagesSource } from "./synthetic-images.ts";
import { type syntheticTextSchema, syntheticTextSource } from "./synthetic-text.ts";
import { text, type textSchema } from "./text.ts";

export const sources = new Registry<Source>("kind of data", [
  text,
  images,
  digits,
  syntheticTextSource,
  syntheticImagesSource,
]);

/** @throws {ConfigError} where no source has the name */
export function sourceOf(data: SourceChoice): Source {
  return sources.get(data.kind, "data.kind");
}

/** The schema of the `data` section of each kind; a user's own may be added by declaration merging. */
export interface SourceSchemas {
  text: typeof textSchema;
  images: typeof imagesSchema;
  digits: typeof digitsSchema;
  "synthetic-text": typeof syntheticTextSchema;
  "synthetic-images": typeof syntheticImagesSchema;
}

export type DataConfig = z.output<SourceSchemas[keyof SourceSchemas]>;
export type DataInput = z.input<SourceSchemas[keyof SourceSchemas]>;
