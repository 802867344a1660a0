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
  /** Where each thread shall note when it began and ended each call; nowhere by default. */
  readonly timings?: TimingsArea | undefined;
}

/**
 * A reserved part of the memory: for each thread `calls` pairs of f64, the milliseconds at which its part of a call began and
 * ended, on a clock of the thread's own. Each run overwrites those of the run before.
 */
export interface TimingsArea {
  readonly address: number;
  /** Calls of the longest tape. */
  readonly calls: number;
}

/** Bytes of a timings area. */
export function timingsBytes(threads: number, calls: number): number {
  return threads * calls * 2 * Float64Array.BYTES_PER_ELEMENT;
}

export interface Engine {
  readonly memory: WebAssembly.Memory;
  readonly variant: Variant;
  readonly threads: number;
  /**
   * Runs the tape encoded at `tapeAddress` (see tape/encoding.ts) once, all threads together; resolves when its last call is
   * done, in a later turn of the event loop, so that timers and signals are served between two runs. One run at a time.
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

/** Addresses of the i32 words that engine and threads share, within the system bytes of the memory, a cache line each. */
export const CONTROL = {
  /** Generation: the main thread adds 1 to start a run. */
  command: 0,
  /** Address of the tape to run, or 0: leave the loop. */
  tape: 64,
  /** Each thread adds 1 when it is through with a run; the last one notifies. */
  done: 128,
  /** Arrivals and generation of the barrier between two calls. */
  barrier: 192,
} as const;

/** A view of one control word, for Atomics. */
export function controlWord(memory: WebAssembly.Memory, name: keyof typeof CONTROL): Int32Array {
  return new Int32Array(memory.buffer, CONTROL[name], 1);
}

/** Puts every control word to 0, as a new team of threads expects them. */
export function clearControl(memory: WebAssembly.Memory): void {
  new Int32Array(memory.buffer, 0, CONTROL.barrier / 4 + 2).fill(0);
}
