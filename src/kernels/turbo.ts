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
 * The build compiled as far as it goes, with the revectorizer: V8's optimizing compiler makes all of its code, and nothing later
 * replaces it. What is compiled before and after is not concerned, what is compiled meanwhile is.
 *
 * @param mark a byte that no other module of this process has: V8 shares the code of equal ones
 */
export async function compileWithTurbo(variant: Variant, mark: number): Promise<WebAssembly.Module> {
  const restore = setFlags([FLAG, "no-liftoff", "no-wasm-lazy-compilation"]);
  // Node does not wait for V8's compiler threads: with nothing else to do it would end.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    return await WebAssembly.compile(markedBytes(variant, mark));
  } finally {
    clearInterval(alive);
    restore();
  }
}

/** The build compiled at once by V8's baseline compiler, which knows no revectorizer; nothing later replaces the code. */
export function compilePlain(variant: Variant, mark: number): WebAssembly.Module {
  const restore = setFlags(["no-wasm-lazy-compilation", "no-wasm-dynamic-tiering", "no-wasm-tier-up"]);
  try {
    return new WebAssembly.Module(markedBytes(variant, mark));
  } finally {
    restore();
  }
}

/** Sets flags of V8 that are not its defaults. @returns what sets the defaults */
function setFlags(flags: readonly string[]): () => void {
  for (const flag of flags) setFlagsFromString(`--${flag}`);
  const opposites = flags.map((flag) => (flag.startsWith("no-") ? flag.slice("no-".length) : `no-${flag}`));
  return () => {
    for (const flag of opposites) if (!(isEnabled && flag === `no-${FLAG}`)) setFlagsFromString(`--${flag}`);
  };
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
