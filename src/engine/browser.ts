/** The engine on Web Workers, where the page may share memory; else on the page's own thread. */
import { type Remote, wrap } from "comlink";
import type { BrowserWorker } from "../../workers/browser.ts";
import { threadsOnCores } from "./cores.ts";
import { createInlineEngine } from "./inline.ts";
import { assertThreads, type Engine, type EngineOptions } from "./protocol.ts";
import type { ThreadTask } from "./tape-player.ts";
import { type Crew, createThreadedEngine } from "./threaded.ts";

export interface BrowserEngineOptions extends EngineOptions {
  readonly threads: number;
  /** Called once where fewer threads run than were asked for. */
  readonly onWarning: (message: string) => void;
  /** Starts the worker script, for pages whose bundler or policy needs another way. */
  readonly workerFactory?: () => Worker;
}

/**
 * Keeps to the `Engine` contract with `threads` workers, or with one thread where the page is not cross-origin isolated.
 *
 * @throws {ConfigError} where `threads` is not a whole number of at least 1
 * @throws {StateError} where this JavaScript engine cannot compile the variant
 */
export async function createBrowserEngine(options: BrowserEngineOptions): Promise<Engine> {
  const { threads: asked, onWarning, workerFactory = startWorker } = options;
  assertThreads("createBrowserEngine", asked);
  if (asked === 1) return createInlineEngine(options);
  if (!globalThis.crossOriginIsolated) {
    onWarning(
      `createBrowserEngine: the page must be cross-origin isolated for ${asked} threads; got an ordinary page, which runs on 1. ` +
        "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    );
    return createInlineEngine(options);
  }
  const threads = threadsOnCores("createBrowserEngine", asked, navigator.hardwareConcurrency ?? asked, onWarning);
  return createThreadedEngine({ ...options, threads, hire: (tasks) => hire(tasks, workerFactory) });
}

function startWorker(): Worker {
  return new Worker(new URL("../../workers/browser.js", import.meta.url), { type: "module" });
}

function hire(tasks: readonly ThreadTask[], workerFactory: () => Worker): Crew {
  const workers = tasks.map(workerFactory);
  return {
    lives: workers.map((worker, i) => superviseLife(worker, tasks[i]!)),
    async stop() {
      for (const worker of workers) worker.terminate();
    },
  };
}

/** Comlink's promises never settle when their worker dies, so its error event and its lock are watched as well. */
function superviseLife(worker: Worker, task: ThreadTask): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "the worker's script could not be loaded"));
    worker.onmessageerror = () => reject(new Error("a message could not be read"));
    live(wrap<BrowserWorker>(worker), task, reject).then(resolve, reject);
  });
}

async function live(worker: Remote<BrowserWorker>, task: ThreadTask, reject: (cause: Error) => void): Promise<void> {
  const lock = `sparselaw-${crypto.randomUUID()}`;
  await worker.hold(lock);
  void navigator.locks.request(lock, () => reject(new Error("the worker was terminated")));
  await worker.runThread(task);
}
