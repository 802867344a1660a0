/**
 * What the trainer asks of whatever runs the kernels. Three engines keep to it: inline (this thread), node (piscina workers)
 * and browser (Web Workers); the same test suite runs over each.
 */

import { ConfigError } from "../core/errors.ts";
import type { Variant } from "../core/record.ts";

export interface EngineOptions {
  readonly memory: WebAssembly.Memory;
  readonly variant: Variant;
  /** The compiled build, where it is not to be the one that everything shares. */
  readonly module?: WebAssembly.Module | undefined;
  /**
   * Tapes of less work, in multiply-adds, are played by the calling thread alone; by default those of about half a millisecond, for
   * which waking the threads takes longer than they save (measured).
   */
  readonly aloneWork?: number | undefined;
  /** Where each thread shall note what each call took; nowhere by default. */
  readonly timings?: TimingsArea | undefined;
}

/**
 * A reserved part of the memory: for each thread `calls` f64, the milliseconds that it spent in each call of the tape that ran
 * last, in the order of the phases.
 */
export interface TimingsArea {
  readonly address: number;
  /** Calls of the longest tape. */
  readonly calls: number;
}

/** Bytes of a timings area. */
export function timingsBytes(threads: number, calls: number): number {
  return threads * calls * Float64Array.BYTES_PER_ELEMENT;
}

/** The times of thread `thread`. */
export function timingsOf(memory: WebAssembly.Memory, { address, calls }: TimingsArea, thread: number): Float64Array {
  return new Float64Array(memory.buffer, address + timingsBytes(thread, calls), calls);
}

/** Before a run, in which each thread adds up its own. */
export function clearTimings(memory: WebAssembly.Memory, area: TimingsArea | undefined, threads: number): void {
  if (area !== undefined) for (let thread = 0; thread < threads; thread++) timingsOf(memory, area, thread).fill(0);
}

export interface Engine {
  readonly memory: WebAssembly.Memory;
  readonly variant: Variant;
  readonly threads: number;
  /**
   * Runs the tape encoded at `tapeAddress` for as many threads (see tape/encoding.ts) once, all together, or this one alone where the
   * tape is short; resolves when its last part is done, in a later turn of the event loop, so that timers and signals are served
   * between two runs. One run at a time.
   *
   * @throws {StateError} after close, and while a run is under way
   * @throws {WorkerError} when a thread died, in this run or an earlier one; the memory's contents are then undefined
   */
  run(tapeAddress: number): Promise<void>;
  /** Stops the threads, whatever they are doing, and lets go of the memory. */
  close(): Promise<void>;
}

/** @throws {ConfigError} where `threads` is not a whole number of at least 1 */
export function assertThreads(where: string, threads: number): void {
  if (Number.isInteger(threads) && threads >= 1) return;
  throw new ConfigError(
    `${where}: threads must be a whole number of at least 1; got ${threads}. Use 1 or the number of cores.`,
  );
}

/**
 * Addresses of the i32 words that engine and threads share, within the system bytes of the memory, a cache line each.
 *
 * The parts of all tapes that an engine ever ran are numbered through: `claimed` is the number of the next part to be begun, `done` how
 * many are done, and a run's parts have the numbers from its `base` on. So nothing is ever put back to 0, and a thread that comes late,
 * whenever that is, finds nothing left to claim: nobody waits for it.
 */
export const CONTROL = {
  /** Number of the last run asked for: the main thread adds 1 to start one. */
  command: 0,
  /** Two descriptions of a run, of even and of odd number: address of the tape (0: leave the loop), base, number of parts. */
  runs: 64,
  claimed: 192,
  done: 256,
  /** Number of the last run that is complete; notified. */
  complete: 320,
} as const;

const RUN_WORDS = 3;

/** A view of one control word, for Atomics. */
export function controlWord(memory: WebAssembly.Memory, name: keyof typeof CONTROL): Int32Array {
  return new Int32Array(memory.buffer, CONTROL[name], 1);
}

/** Puts every control word to 0, as a new team of threads expects them. */
export function clearControl(memory: WebAssembly.Memory): void {
  new Int32Array(memory.buffer, 0, CONTROL.complete / 4 + 1).fill(0);
}

/** What a thread must know of a run. */
export interface TapeRun {
  /** As `command` counts. */
  readonly number: number;
  readonly tapeAddress: number;
  readonly base: number;
  readonly parts: number;
}

/** Describes a run in the place of the last but one. */
export function writeRun(memory: WebAssembly.Memory, { number, tapeAddress, base, parts }: TapeRun): void {
  const words = runWords(memory, number);
  for (const [i, word] of [tapeAddress, base, parts].entries()) Atomics.store(words, i, word);
}

/** The run of a number; `undefined` where another one has been asked for meanwhile. */
export function readRun(memory: WebAssembly.Memory, number: number): TapeRun | undefined {
  const words = runWords(memory, number);
  const run = {
    number,
    tapeAddress: Atomics.load(words, 0) >>> 0,
    base: Atomics.load(words, 1),
    parts: Atomics.load(words, 2),
  };
  return Atomics.load(controlWord(memory, "command"), 0) === number ? run : undefined;
}

function runWords(memory: WebAssembly.Memory, number: number): Int32Array {
  return new Int32Array(memory.buffer, CONTROL.runs + (number & 1) * 4 * RUN_WORDS, RUN_WORDS);
}
