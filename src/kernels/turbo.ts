/** Node's experimental revectorizer: pairs of 128-bit instructions become one of 256 bits. Node only. */
import { setFlagsFromString } from "node:v8";
import { StateError } from "../core/errors.ts";
import { hasCompiledKernels } from "./variant.ts";

const FIRST_MAJOR = 24;
let isEnabled = false;

/**
 * Lets V8 fuse pairs of vector instructions in the kernels compiled from now on, in this process and its threads. The bits
 * stay the same; the flag is experimental in V8, so nothing turns it on unasked.
 *
 * @throws {StateError} where this Node's V8 cannot, or kernels have been compiled without it
 */
export function enableTurbo(): void {
  if (isEnabled) return;
  const major = Number(process.versions.node.split(".")[0]);
  if (major < FIRST_MAJOR)
    throw new StateError(`turbo: Node must be ${FIRST_MAJOR} or newer; got ${process.versions.node}. Leave turbo out.`);
  if (hasCompiledKernels())
    throw new StateError(
      "turbo: it must be on before the first kernel is compiled; got kernels compiled without it. Ask for it at the start.",
    );
  setFlagsFromString("--experimental-wasm-revectorize");
  isEnabled = true;
}

export function isTurbo(): boolean {
  return isEnabled;
}
