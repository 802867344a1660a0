/**
 * A tape in memory: i32 words, so that workers that never return to their event loop can read a tape recorded after they
 * started.
 *
 *   numParts, version, numCalls, work (thousands of multiply-adds)
 *   for each call: kernel index, scratchStride, numArgs, args…
 *   for each part: first call, number of calls, begin, end, opens, closes
 *
 * Integers and addresses stand as they are, floats as their bits; the registry says which is which. A `scratch` argument
 * holds the address of thread 0's bytes; thread t adds t·scratchStride. Parts stand in the order in which they are begun: a part
 * may be begun when the first `opens` of all parts are done, and its phase ends when the first `closes` are.
 */
import { type KernelName, kernels } from "../kernels/registry.ts";
import { cutPhase, type Divisible, mostParts } from "./parts.ts";

/** A call with every address known. */
export interface TapeCall {
  readonly kernel: KernelName;
  readonly extent: number;
  /** In registry order. */
  readonly args: readonly number[];
  /** Bytes between two threads' scratch areas; 0 where the kernel takes none. */
  readonly scratchStride: number;
  /** See tape/work.ts. */
  readonly work: number;
  readonly leastWork: number;
}

/** Chains of calls: those of a chain are played one after the other, by the same parts of their extent. */
export type TapePhase = readonly (readonly TapeCall[])[];

const kernelNames = Object.keys(kernels) as KernelName[];
const HEADER_WORDS = 4;
const CALL_WORDS = 3;
const PART_WORDS = 6;

/** The most bytes that a tape takes, whatever its weights are like when it is encoded. */
export function tapeBytes(phases: readonly TapePhase[], threads: number): number {
  const callWords = phases.flat(2).reduce((words, { args }) => words + CALL_WORDS + args.length, 0);
  const parts = phases.reduce((sum, { length }) => sum + mostParts(length, threads), 0);
  return 4 * (HEADER_WORDS + callWords + PART_WORDS * parts);
}

/**
 * Writes a tape at `address`, cut for a number of threads; `version` tells readers that it changed. Sparse weights must have their
 * structure by now: some calls are cut by the non-zeros.
 */
export function encodeTape(
  memory: WebAssembly.Memory,
  address: number,
  phases: readonly TapePhase[],
  { threads, version }: { readonly threads: number; readonly version: number },
): void {
  const words = new Int32Array(memory.buffer, address);
  const floats = new Float32Array(memory.buffer, address);
  const calls = phases.flat(2);
  let at = HEADER_WORDS;
  for (const { kernel, scratchStride, args } of calls) {
    words.set([kernelNames.indexOf(kernel), scratchStride, args.length], at);
    at += CALL_WORDS;
    for (const [i, spec] of Object.values(kernels[kernel].args).entries())
      (spec === "float" ? floats : words)[at + i] = args[i]!;
    at += args.length;
  }
  let [call, numParts] = [0, 0];
  for (const chains of phases) {
    const firstCalls = chains.map(({ length }) => {
      call += length;
      return call - length;
    });
    const parts = cutPhase(
      chains.map((chain) => divisible(memory, chain)),
      threads,
    );
    const [opens, closes] = [numParts, numParts + parts.length];
    for (const { chain, begin, end } of parts) {
      words.set([firstCalls[chain]!, chains[chain]!.length, begin, end, opens, closes], at);
      at += PART_WORDS;
    }
    numParts = closes;
  }
  const work = calls.reduce((sum, call) => sum + call.work, 0) / 1000;
  words.set([numParts, version, calls.length, Math.min(work, 2 ** 31 - 1)]);
}

function divisible(memory: WebAssembly.Memory, chain: readonly TapeCall[]): Divisible {
  const { kernel, extent } = chain[0]!;
  const largest = (of: (call: TapeCall) => number) => Math.max(...chain.map(of));
  return {
    extent,
    grain: largest(({ kernel }) => kernels[kernel].grain),
    pass: largest(({ kernel }) => kernels[kernel].pass),
    work: chain.reduce((sum, { work }) => sum + work, 0),
    leastWork: largest(({ leastWork }) => leastWork),
    shareBefore: kernel === "f32_sddmm_csr" ? nonzerosBefore(memory, chain[0]!) : undefined,
  };
}

/** The share of the non-zeros in the units before one: rows of column blocks, in the order of the row pointers. */
function nonzerosBefore(
  memory: WebAssembly.Memory,
  { extent, args }: TapeCall,
): ((unit: number) => number) | undefined {
  const names = Object.keys(kernels.f32_sddmm_csr.args);
  const [rowPtr, rows] = [args[names.indexOf("rowPtr")]!, args[names.indexOf("rows")]!];
  const pointers = new Int32Array(memory.buffer, rowPtr, (extent / rows) * (rows + 1));
  const total = pointers.at(-1)!;
  if (total === 0) return undefined;
  return (unit) => (unit === extent ? 1 : pointers[unit + Math.floor(unit / rows)]! / total);
}

/** A part as one thread plays it. */
export interface TapePart {
  readonly calls: readonly ThreadCall[];
  readonly begin: number;
  readonly end: number;
  /** How many of the tape's parts must be done before this one may begin. */
  readonly opens: number;
  /** How many are done when its phase ends. */
  readonly closes: number;
}

export interface ThreadCall {
  /** Its place among the calls in the order of their phases. */
  readonly index: number;
  readonly kernel: KernelName;
  readonly args: readonly number[];
}

export function tapeVersion(memory: WebAssembly.Memory, address: number): number {
  return new Int32Array(memory.buffer, address, HEADER_WORDS)[1]!;
}

/** What an engine must know of a tape to have it played: the number of its parts, and its work in multiply-adds. */
export function sizeOfTape(memory: WebAssembly.Memory, address: number): { parts: number; work: number } {
  const words = new Int32Array(memory.buffer, address, HEADER_WORDS);
  return { parts: words[0]!, work: 1000 * words[3]! };
}

/** The parts of a tape for thread `thread`, which has scratch of its own. */
export function decodeTape(memory: WebAssembly.Memory, address: number, thread: number): TapePart[] {
  const words = new Int32Array(memory.buffer, address);
  const floats = new Float32Array(memory.buffer, address);
  const [numParts, , numCalls] = words as unknown as [number, number, number];
  let at = HEADER_WORDS;
  const calls = Array.from({ length: numCalls }, (_, index): ThreadCall => {
    const kernel = kernelNames[words[at]!]!;
    const [scratchStride, numArgs] = [words[at + 1]!, words[at + 2]!];
    at += CALL_WORDS;
    const args = Object.values(kernels[kernel].args).map((spec, i) => {
      if (spec === "float") return floats[at + i]!;
      if (spec === "int") return words[at + i]!;
      return (words[at + i]! >>> 0) + (spec === "scratch" ? thread * scratchStride : 0);
    });
    at += numArgs;
    return { index, kernel, args };
  });
  return Array.from({ length: numParts }, () => {
    const [firstCall, length, begin, end, opens, closes] = words.subarray(at, at + PART_WORDS) as unknown as number[];
    at += PART_WORDS;
    return {
      calls: calls.slice(firstCall!, firstCall! + length!),
      begin: begin!,
      end: end!,
      opens: opens!,
      closes: closes!,
    };
  });
}
