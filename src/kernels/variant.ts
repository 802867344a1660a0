/** Finds and compiles the wasm build that this machine can run. */

import { StateError } from "../core/errors.ts";
import type { Variant } from "../core/record.ts";
import { wasmBase64 } from "./wasm.generated.ts";

const compiled = new Map<Variant, Promise<WebAssembly.Module>>();

/** True where the engine can compile the build: every supported one runs `strict`; `relaxed` needs relaxed SIMD. */
export function isVariantSupported(variant: Variant): boolean {
  return WebAssembly.validate(kernelBytes(variant));
}

/**
 * Compiles a build once; the module may be posted to workers.
 *
 * @throws {StateError} where the engine lacks what the build needs
 */
export function compileKernels(variant: Variant): Promise<WebAssembly.Module> {
  let module = compiled.get(variant);
  if (module === undefined) {
    if (!isVariantSupported(variant))
      throw new StateError(
        `compileKernels: variant must be one this JavaScript engine can compile; got ${variant}. ` +
          (variant === "relaxed"
            ? "Use variant: strict, or Node ≥ 22."
            : "Use an engine with WebAssembly SIMD and threads."),
      );
    module = WebAssembly.compile(kernelBytes(variant));
    compiled.set(variant, module);
  }
  return module;
}

/** True once any build has been compiled in this thread. */
export function hasCompiledKernels(): boolean {
  return compiled.size > 0;
}

/** The build as a wasm file. */
export function kernelBytes(variant: Variant): Uint8Array<ArrayBuffer> {
  return decodeBase64(wasmBase64[variant]);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
