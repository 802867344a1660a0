/** The threads' side of waiting for a phase; the other side is assembly/sync/wait.ts. */
import type { KernelInstance } from "../kernels/abi.ts";
import { CONTROL } from "./protocol.ts";

/**
 * Loads in wasm before a thread falls asleep between two phases, 50 to 100 µs: well above what waking costs, since a thread that
 * wakes late lets the next one fall asleep, and so on (a meeting then takes 8 to 20 µs instead of 0.4, measured).
 */
const PHASE_SPINS = 200_000;

/**
 * Returns what a thread calls to wait until so many parts are done. Threads that have to share a core would take it from each other
 * by spinning: after a few waits in a row that ended asleep, spinning is only tried now and then.
 */
export function createWaiter({ wait_until }: KernelInstance): (done: number) => void {
  let sleeps = 0;
  return (done) => {
    const isHopeful = sleeps < 4 || sleeps % 16 === 0;
    const wait = wait_until(CONTROL.done, done, isHopeful ? PHASE_SPINS : 0);
    if (wait === 1) sleeps = 0;
    if (wait === 2) sleeps++;
  };
}
