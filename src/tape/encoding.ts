/**
 * A tape in memory: i32 words, so that workers that never return to their event loop can read a tape recorded after they
 * started.
 *
 *   numCalls, version, then for each call: kernel index, extent, flags, numArgs, args…
 *
 * Integers and addresses stand as they are, floats as their bits; the registry says which is which. A `scratch` argument
 * holds the address of thread 0's bytes; thread t adds t·scratchStride, the call's last word.
 */
import { type KernelName, kernels } from "../kernels/registry.ts";

/** A call with every address known. */
export interface TapeCall {
  readonly kernel: KernelName;
  readonly extent: number;
  /** In registry order. */
  readonly args: readonly number[];
  /** Bytes between two threads' scratch areas; 0 where the kernel takes none. */
  readonly scratchStride: number;
}

export const kernelNames = Object.keys(kernels) as KernelName[];
const HEADER_WORDS = 2;
const CALL_WORDS = 4;

export function tapeBytes(calls: readonly TapeCall[]): number {
  return 4 * calls.reduce((words, call) => words + CALL_WORDS + call.args.length, HEADER_WORDS);
}

/** Writes a tape at `address`; `version` tells readers that it changed. */
export function encodeTape(
  memory: WebAssembly.Memory,
  address: number,
  calls: readonly TapeCall[],
  version: number,
): void {
  const words = new Int32Array(memory.buffer, address, tapeBytes(calls) / 4);
  const floats = new Float32Array(memory.buffer, address, words.length);
  let at = 0;
  words[at++] = calls.length;
  words[at++] = version;
  for (const call of calls) {
    words[at++] = kernelNames.indexOf(call.kernel);
    words[at++] = call.extent;
    words[at++] = call.scratchStride;
    words[at++] = call.args.length;
    for (const [i, spec] of Object.values(kernels[call.kernel].args).entries()) {
      if (spec === "float") floats[at++] = call.args[i]!;
      else words[at++] = call.args[i]!;
    }
  }
}

/** A call as one thread runs it. */
export interface ThreadCall {
  readonly kernel: KernelName;
  readonly begin: number;
  readonly end: number;
  readonly args: number[];
}

export function tapeVersion(memory: WebAssembly.Memory, address: number): number {
  return new Int32Array(memory.buffer, address, HEADER_WORDS)[1]!;
}

/** The part of a tape that thread `thread` of `threads` runs. */
export function decodeTape(memory: WebAssembly.Memory, address: number, thread: number, threads: number): ThreadCall[] {
  const words = new Int32Array(memory.buffer, address);
  const floats = new Float32Array(memory.buffer, address);
  const calls: ThreadCall[] = [];
  let at = HEADER_WORDS;
  for (let i = 0; i < words[0]!; i++) {
    const kernel = kernelNames[words[at]!]!;
    const [extent, scratchStride, numArgs] = [words[at + 1]!, words[at + 2]!, words[at + 3]!];
    at += CALL_WORDS;
    const specs = Object.values(kernels[kernel].args);
    const args = specs.map((spec, a) => {
      if (spec === "float") return floats[at + a]!;
      if (spec === "int") return words[at + a]!;
      const address = words[at + a]! >>> 0;
      return spec === "scratch" ? address + thread * scratchStride : address;
    });
    at += numArgs;
    const [begin, end] = partOf(extent, kernels[kernel].grain, thread, threads);
    calls.push({ kernel, begin, end, args });
  }
  return calls;
}

/** The part of [0, extent) that belongs to one thread: whole grains, as even as can be. */
export function partOf(extent: number, grain: number, thread: number, threads: number): [begin: number, end: number] {
  const grains = Math.ceil(extent / grain);
  const cut = (t: number) => Math.min(extent, Math.floor((grains * t) / threads) * grain);
  return [cut(thread), cut(thread + 1)];
}
