/** A thread of an engine that takes longer for its calls than it needs: its clock, read before and after each, holds it up. */
import { workerData } from "node:worker_threads";
import type { ThreadTask } from "../../src/engine/tape-player.ts";
import { runThread } from "../../src/engine/thread-loop.ts";

const { task, slowness } = workerData as { task: ThreadTask; slowness: number };

const now = performance.now.bind(performance);
let began: number | undefined;
performance.now = () => {
  const time = now();
  if (began === undefined) began = time;
  else {
    const end = began + slowness * (time - began);
    while (now() < end);
    began = undefined;
  }
  return now();
};
runThread(task);
