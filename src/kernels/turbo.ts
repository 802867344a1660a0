/** Node's experimental revectorizer: pairs of 128-bit instructions become one of 256 bits. Node only. */
import { setFlagsFromString } from "node:v8";
import { StateError } from "../core/errors.ts";
import type { Variant } from "../core/record.ts";
import { hasCompiledKernels, kernelBytes } from "./variant.ts";

const FIRST_MAJOR = 24;
const FLAG = "experimental-wasm-revectorize";
let isEnabled = false;

/** Whether this Node's V8 has the revectorizer. */
export function hasTurbo(): boolean {
  return Number(process.versions.node.split(".")[0]) >= FIRST_MAJOR;
}

/**
 * Lets V8 fuse pairs of vector instructions in the kernels compiled from now on, in this process and its threads. The bits
 * stay the same; the flag is experimental in V8, so the library turns it on where it is asked to, and the command line after a
 * check (doctor/turbo.ts).
 *
 * @throws {StateError} where this Node's V8 cannot, or kernels have been compiled without it
 */
export function enableTurbo(): void {
  if (isEnabled) return;
  if (!hasTurbo())
    throw new StateError(`turbo: Node must be ${FIRST_MAJOR} or newer; got ${process.versions.node}. Leave turbo out.`);
  if (hasCompiledKernels())
    throw new StateError(
      "turbo: it must be on before the first kernel is compiled; got kernels compiled without it. Ask for it at the start.",
    );
  setFlagsFromString(`--${FLAG}`);
  isEnabled = true;
}

/**
 * The build compiled at once and as far as it goes, with the revectorizer, whatever this process does otherwise: what is compiled
 * before and after is not concerned.
 *
 * @param mark a byte that no other module of this process has: V8 shares the code of equal ones
 */
export function compileWithTurbo(variant: Variant, mark: number): WebAssembly.Module {
  const during = [`--${FLAG}`, "--no-liftoff", "--no-wasm-lazy-compilation"];
  const after = [...(isEnabled ? [] : [`--no-${FLAG}`]), "--liftoff", "--wasm-lazy-compilation"];
  for (const flag of during) setFlagsFromString(flag);
  try {
    return new WebAssembly.Module(markedBytes(variant, mark));
  } finally {
    for (const flag of after) setFlagsFromString(flag);
  }
}

/** The build compiled for itself, as it is without being asked for anything. */
export function compilePlain(variant: Variant, mark: number): WebAssembly.Module {
  return new WebAssembly.Module(markedBytes(variant, mark));
}

/** The build with an empty custom section whose name is one byte. */
function markedBytes(variant: Variant, mark: number): Uint8Array<ArrayBuffer> {
  const bytes = kernelBytes(variant);
  const marked = new Uint8Array(bytes.length + 4);
  marked.set(bytes);
  marked.set([0, 2, 1, mark], bytes.length);
  return marked;
}

export function isTurbo(): boolean {
  return isEnabled;
}
