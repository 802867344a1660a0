/** The threads' side of the barrier between two calls; the other side is assembly/sync/barrier.ts. */
import type { KernelInstance } from "../kernels/abi.ts";
import { CONTROL } from "./protocol.ts";

/**
 * Loads in wasm before a thread falls asleep at a barrier, 50 to 100 µs: well above what waking costs, since a thread that
 * wakes late lets the next one fall asleep, and so on (a barrier then takes 8 to 20 µs instead of 0.4, measured).
 */
const BARRIER_SPINS = 200_000;

/**
 * Returns what a thread calls to wait for the others. Threads that have to share a core would take it from each other by
 * spinning: after a few waits in a row that ended asleep, spinning is only tried now and then.
 */
export function createBarrier({ barrier }: KernelInstance, threads: number): () => void {
  let sleeps = 0;
  return () => {
    const isHopeful = sleeps < 4 || sleeps % 16 === 0;
    const wait = barrier(CONTROL.barrier, threads, isHopeful ? BARRIER_SPINS : 0);
    if (wait === 1) sleeps = 0;
    if (wait === 2) sleeps++;
  };
}
