/** Every family by its name. */
import type { z } from "zod";
import { Registry } from "../core/registry.ts";
import { decoderFamily } from "./decoder/index.ts";
import type { decoderSchema } from "./decoder/schema.ts";
import type { Family, ModelChoice } from "./family.ts";
import type { WIDTH_KEYS } from "./transformer.ts";
import { vitFamily } from "./vit/index.ts";
import type { vitSchema } from "./vit/schema.ts";

export const families = new Registry<Family>("family", [decoderFamily, vitFamily]);

/** @throws {ConfigError} where no family has the name */
export function familyOf(model: ModelChoice): Family {
  return families.get(model.family, "model.family");
}

/** The schema of the `model` section of each family; a user's own may be added by declaration merging. */
export interface FamilySchemas {
  decoder: typeof decoderSchema;
  vit: typeof vitSchema;
}

export type ModelConfig = z.output<FamilySchemas[keyof FamilySchemas]>;
export type ModelInput = z.input<FamilySchemas[keyof FamilySchemas]>;

/** A model without the settings that follow from its size: the base of a sweep. */
export type UnscaledInput = Unscaled<ModelInput>;
type Unscaled<M> = M extends ModelInput ? Omit<M, (typeof WIDTH_KEYS)[number]> : never;

export { decoder } from "./decoder/schema.ts";
export { vit } from "./vit/schema.ts";
