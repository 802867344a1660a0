import { describe, test } from "vitest";
import type { Variant } from "../../src/core/record.ts";
import { compileKernels, isVariantSupported } from "../../src/kernels/variant.ts";

export const strictModule = await compileKernels("strict");
const relaxedModule = isVariantSupported("relaxed") ? await compileKernels("relaxed") : undefined;

/** Declares a suite once for each build; one that this engine cannot compile is skipped by name. */
export function describeBuilds(suite: (module: WebAssembly.Module, variant: Variant) => void): void {
  describe("strict build", () => suite(strictModule, "strict"));
  if (relaxedModule !== undefined) describe("relaxed build", () => suite(relaxedModule, "relaxed"));
  else test.skip("relaxed build: this engine cannot compile it", () => {});
}
