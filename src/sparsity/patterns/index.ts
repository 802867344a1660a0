/** Every pattern of sparsity by its name. */
import type { z } from "zod";
import { Registry } from "../../core/registry.ts";
import { nm, type nmSchema } from "./nm.ts";
import type { Pattern, PatternChoice } from "./pattern.ts";
import { unstructured, type unstructuredSchema } from "./unstructured.ts";

export const patterns = new Registry<Pattern>("pattern", [unstructured, nm]);

/** @throws {ConfigError} where no pattern has the name */
export function patternOf(config: PatternChoice): Pattern {
  return patterns.get(config.kind, "sparsity.pattern.kind");
}

/** The schema of the `sparsity.pattern` section of each; a user's own may be added by declaration merging. */
export interface PatternSchemas {
  unstructured: typeof unstructuredSchema;
  nm: typeof nmSchema;
}

export type PatternConfig = z.output<PatternSchemas[keyof PatternSchemas]>;
export type PatternInput = z.input<PatternSchemas[keyof PatternSchemas]>;
