/** Every method of sparse training by its name. */
import type { z } from "zod";
import { Registry } from "../core/registry.ts";
import { gradualMagnitude, type gradualMagnitudeSchema } from "./gradual-magnitude.ts";
import type { Method } from "./method.ts";

export const methods = new Registry<Method>("method", [gradualMagnitude]);

/** The method where a configuration names none. */
export const DEFAULT_METHOD = gradualMagnitude.name;

/** @throws {ConfigError} where no method has the name */
export function methodOf({ method = DEFAULT_METHOD }: { readonly method?: string | undefined }): Method {
  return methods.get(method, "sparsity.method");
}

/** The schema of each method's own keys of the `sparsity` section; a user's own may be added by declaration merging. */
export interface MethodSchemas {
  "gradual-magnitude": typeof gradualMagnitudeSchema;
}

export type MethodConfig = z.output<MethodSchemas[keyof MethodSchemas]>;
export type MethodInput = z.input<MethodSchemas[keyof MethodSchemas]>;
