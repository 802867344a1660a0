/** Engines with a thread that is slower than the others, as on a core of another kind; they need a timings area. */
import { Worker } from "node:worker_threads";
import type { Engine, EngineOptions, TimingsArea } from "../../src/engine/protocol.ts";
import type { ThreadTask } from "../../src/engine/tape-player.ts";
import { type Crew, createThreadedEngine } from "../../src/engine/threaded.ts";

/** @param slowness of each thread: how many times as long it takes for every call; Infinity: it never comes */
export function createSlowedEngine(
  options: EngineOptions & { readonly timings: TimingsArea; readonly slowness: readonly number[] },
): Promise<Engine> {
  const { slowness } = options;
  return createThreadedEngine({
    ...options,
    aloneWork: 0,
    threads: slowness.length,
    hire: (tasks) => hire(tasks, slowness),
  });
}

function hire(tasks: readonly ThreadTask[], slowness: readonly number[]): Crew {
  const workers = tasks.flatMap((task, i) =>
    slowness[i] === Number.POSITIVE_INFINITY ? [] : [start(task, slowness[i]!)],
  );
  const ended = workers.map(
    (worker) => new Promise<void>((resolve, reject) => worker.on("exit", () => resolve()).on("error", reject)),
  );
  // Who never came leaves with the others.
  const absent = Array.from({ length: tasks.length - workers.length }, () => Promise.all(ended).then(() => {}));
  return {
    lives: [...ended, ...absent],
    async stop() {
      for (const worker of workers) await worker.terminate();
    },
  };
}

function start(task: ThreadTask, slowness: number): Worker {
  return new Worker(new URL("./slowed-worker.ts", import.meta.url), { workerData: { task, slowness } });
}
