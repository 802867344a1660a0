/** Worker threads that train one run each, on a piscina pool. */
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Piscina } from "piscina";
import type { RunConfig } from "../config/run-config.ts";
import { WorkerError } from "../core/errors.ts";
import type { RunEvent, RunResult } from "../core/record.ts";

/** What a worker is asked to train. */
export interface RunJob {
  readonly config: RunConfig;
  /** The run's data in shared memory; undefined where the worker has to load them: `loadShared`. */
  readonly content?: unknown;
  /** Content of the plugins that the data were read with. */
  readonly pluginHashes: readonly string[];
  readonly out: string;
  readonly baseDir: string;
  readonly turbo: boolean;
}

export interface RunTask extends RunJob {
  /** One i32: not 0 when the run shall checkpoint and stop. */
  readonly stop: SharedArrayBuffer;
  readonly messages: MessagePort;
}

export type RunMessage =
  | { readonly type: "event"; readonly event: RunEvent }
  | { readonly type: "warning"; readonly message: string };

/** Errors lose their class between threads, so a worker answers with the message: only its death rejects. */
export type RunOutcome =
  | { readonly type: "result"; readonly result: RunResult }
  | { readonly type: "error"; readonly message: string };

export interface RunPool {
  /**
   * Trains one run on the next free worker.
   *
   * @throws {WorkerError} where the worker died
   */
  run(job: RunJob, onMessage: (message: RunMessage) => void): Promise<RunOutcome>;
  /** Asks every running job to checkpoint and stop. */
  stop(): void;
  close(): Promise<void>;
}

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const runWorker = new URL(`../../workers/run.${extension}`, import.meta.url);

/** A pool of `jobs` workers; a worker that dies is replaced. */
export function createRunPool({ jobs, worker = runWorker }: { readonly jobs: number; readonly worker?: URL }): RunPool {
  const stop = new SharedArrayBuffer(4);
  const pool = new Piscina({
    filename: fileURLToPath(worker),
    minThreads: jobs,
    maxThreads: jobs,
    atomics: "disabled",
  });
  // A worker that dies idle took no run with it, and piscina replaces it.
  pool.on("error", () => {});
  return {
    async run(job, onMessage) {
      const { port1, port2 } = new MessageChannel();
      port1.on("message", onMessage);
      const task: RunTask = { ...job, stop, messages: port2 };
      try {
        return await pool.run(task, { transferList: [port2] });
      } catch (cause) {
        throw died(cause);
      } finally {
        port1.close();
      }
    },
    stop: () => void Atomics.store(new Int32Array(stop), 0, 1),
    close: () => pool.destroy(),
  };
}

function died(cause: unknown): WorkerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WorkerError(
    `sweep: a run's worker must live to its end; got "${reason}". Start the sweep again to go on.`,
    { cause },
  );
}
