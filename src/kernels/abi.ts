/** The only file that knows how the wasm is instantiated and how its memory begins. */
import { type KernelName, kernels } from "./registry.ts";

/**
 * The first bytes of every memory, before anything planned: the words that engine and threads share (`engine/protocol.ts`) below 1024, the
 * table of v128 constants (`assembly/simd/constants.ts`) from there.
 */
export const SYSTEM_BYTES = 4096;
export const PAGE_BYTES = 65536;
/** Largest memory of one instance: 65536 pages. */
export const MAX_MEMORY_BYTES = 65536 * PAGE_BYTES;

export type KernelFunction = (begin: number, end: number, ...args: number[]) => void;

export interface SyncFunctions {
  /**
   * Waits until the i32 at address `word`, which only grows, has come as far as `target`. Spins for `spins` loads, then sleeps on the
   * word; returns 0 where it had come so far already, 1 where it came while spinning, 2 after sleep.
   */
  wait_until(word: number, target: number, spins: number): number;
}

export type KernelInstance = Readonly<Record<KernelName, KernelFunction>> & Readonly<SyncFunctions>;

/** Instantiates the kernels on a memory and writes the constants table (the same bytes, however many instances share it). */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelInstance {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelInstance & {
    write_constants(): void;
  };
  exports.write_constants();
  return exports;
}

/** Bytes of the whole pages that hold `bytes`. */
export function wholePages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

/** Shared memory of `wholePages(bytes)`, zeroed; it never grows. */
export function createMemory(bytes: number): WebAssembly.Memory {
  const pages = wholePages(bytes) / PAGE_BYTES;
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The names a module must export; used when a foreign `wasmUrl` is given. */
export function missingExports(module: WebAssembly.Module): string[] {
  const present = new Set(WebAssembly.Module.exports(module).map((e) => e.name));
  return [...Object.keys(kernels), "wait_until", "write_constants"].filter((name) => !present.has(name));
}
