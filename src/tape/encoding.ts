/**
 * A tape in memory: i32 words, so that workers that never return to their event loop can read a tape recorded after they
 * started.
 *
 *   numCalls, version, then for each call: kernel index, extent, flags, numArgs, args…
 *
 * Integers and addresses stand as they are, floats as their bits; the registry says which is which. A `scratch` argument
 * holds the address of thread 0's bytes; thread t adds t·scratchStride, the call's last word.
 */
import { CSR_BLOCK, type KernelName, kernels } from "../kernels/registry.ts";

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
    const specNames = Object.keys(kernels[kernel].args);
    const args = specs.map((spec, a) => {
      if (spec === "float") return floats[at + a]!;
      if (spec === "int") return words[at + a]!;
      const address = words[at + a]! >>> 0;
      return spec === "scratch" ? address + thread * scratchStride : address;
    });
    at += numArgs;
    const cut = kernels[kernel].isBalanced
      ? cutByNonzeros(memory, args[specNames.indexOf("rowPtr")]!, extent, args[specNames.indexOf("cols")]!, threads)
      : cutByGrains(extent, kernels[kernel].grain, threads);
    const [begin, end] = [cut(thread), cut(thread + 1)];
    calls.push({ kernel, begin, end, args });
  }
  return calls;
}

/** Where the part of each thread begins, and that of the last one ends: whole grains, as even as can be. */
function cutByGrains(extent: number, grain: number, threads: number): (thread: number) => number {
  const grains = Math.ceil(extent / grain);
  return (thread) => Math.min(extent, Math.floor((grains * thread) / threads) * grain);
}

/** The same for the rows of a CSR weight: as many non-zeros each as whole rows allow. */
function cutByNonzeros(
  memory: WebAssembly.Memory,
  rowPtr: number,
  rows: number,
  cols: number,
  threads: number,
): (thread: number) => number {
  const blocks = Math.ceil(cols / CSR_BLOCK);
  const pointers = new Int32Array(memory.buffer, rowPtr, blocks * (rows + 1));
  /** Non-zeros of the rows before `row`. */
  const before = (row: number) => {
    let sum = 0;
    for (let block = 0; block < blocks; block++)
      sum += pointers[block * (rows + 1) + row]! - pointers[block * (rows + 1)]!;
    return sum;
  };
  return (thread) => {
    const wanted = (before(rows) * thread) / threads;
    let [low, high] = [0, rows];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(middle) < wanted) low = middle + 1;
      else high = middle;
    }
    return thread === threads ? rows : low;
  };
}
