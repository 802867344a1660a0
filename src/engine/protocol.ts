/**
 * What the trainer asks of whatever runs the kernels. Three engines keep to it: inline (this thread), node (piscina workers)
 * and browser (Web Workers); the same test suite runs over each.
 */
import type { Variant } from "../core/config.ts";

export interface Engine {
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  readonly variant: Variant;
  /**
   * Runs the tape encoded at `tapeAddress` (see tape/encoding.ts) once, all threads together; resolves when its last call is
   * done. One run at a time.
   *
   * @throws {StateError} after close
   * @throws {WorkerError} when a worker died; the memory's contents are then undefined
   */
  run(tapeAddress: number): Promise<void>;
  /** Stops the workers and lets go of the memory. */
  close(): Promise<void>;
}

/** Addresses of the i32 words that engine and workers share, within the system bytes of the memory. */
export const CONTROL = {
  /** Generation: the main thread adds 1 to start a run. */
  command: 0,
  /** Address of the tape to run, or 0: leave the loop. */
  tape: 64,
  /** Runs finished, written by the last worker to arrive. */
  done: 128,
  /** Arrivals and generation of the barrier between two calls. */
  barrier: 192,
} as const;
