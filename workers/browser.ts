/** A Web Worker: one thread of an engine, for the engine's whole life. */
import { expose } from "comlink";
import { runThread } from "../src/engine/thread-loop.ts";

/** Takes a lock that the browser lets go of when this worker ends, however it ends. */
function hold(lock: string): Promise<void> {
  return new Promise((held, reject) => {
    const untilTheEnd = () => new Promise<never>(() => held());
    navigator.locks.request(lock, untilTheEnd).catch(reject);
  });
}

const worker = { hold, runThread };
export type BrowserWorker = typeof worker;

expose(worker);
