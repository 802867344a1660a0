/** The engine on Node's worker threads: a piscina pool that holds each of its workers for the engine's whole life. */
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Engine, EngineOptions } from "./protocol.ts";
import type { ThreadTask } from "./tape-player.ts";
import { type Crew, createThreadedEngine } from "./threaded.ts";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const workerFile = fileURLToPath(new URL(`../../workers/node.${extension}`, import.meta.url));

/**
 * Keeps to the `Engine` contract with `threads` workers; the calling thread plays short tapes alone and waits for the others. The workers
 * hold the process open until close.
 *
 * @throws {StateError} where this JavaScript engine cannot compile the variant
 */
export function createNodeEngine(options: EngineOptions & { readonly threads: number }): Promise<Engine> {
  return createThreadedEngine({ ...options, hire });
}

/** One long task a worker: piscina's own dispatch (33–85 µs) is paid once. */
function hire(tasks: readonly ThreadTask[]): Crew {
  const pool = new Piscina({
    filename: workerFile,
    minThreads: tasks.length,
    maxThreads: tasks.length,
    atomics: "disabled",
    recordTiming: false,
  });
  return { lives: tasks.map((task) => pool.run(task)), stop: () => pool.destroy() };
}
