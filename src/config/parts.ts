/** The lists of parts that a run is made of, and of laws: whatever stands in one of them is found by its name. */
import { ConfigError } from "../core/errors.ts";
import { listOf, type Named, type Registry } from "../core/registry.ts";
import { families } from "../families/index.ts";
import { laws } from "../fit/laws/index.ts";
import { methods } from "../methods/index.ts";
import { optimizers } from "../optimizers/index.ts";
import { rates } from "../rates/index.ts";
import { sources } from "../sources/index.ts";
import { patterns } from "../sparsity/patterns/index.ts";

export const parts = { families, sources, optimizers, rates, methods, patterns, laws };

/**
 * Makes a part of one's own as good as a built-in one: it is found by its name from now on.
 *
 * @param part what `defineFamily`, `defineSource`, `defineOptimizer`, `defineRate`, `defineMethod`, `definePattern` or
 *   `defineLaw` returned
 * @throws {ConfigError} for anything else, and where another part has its name
 * @example
 *     register(defineMethod({ name: "my-method", … }));
 */
export function register(part: Named, origin?: string): void {
  const list = listOf(part);
  if (list === undefined || !(list in parts))
    throw new ConfigError(
      `register: part must come from a define… function; got ${String(part?.name ?? part)}. Pass what defineMethod and its like return.`,
    );
  (parts[list as keyof typeof parts] as Registry<Named>).register(part, origin);
}

/** Something built once for the parts that there are, and anew after a change. */
export function perParts<T>(build: () => T): () => T {
  let built: { readonly versions: string; readonly value: T } | undefined;
  return () => {
    const versions = Object.values(parts)
      .map(({ version }) => version)
      .join();
    if (built?.versions !== versions) built = { versions, value: build() };
    return built.value;
  };
}
