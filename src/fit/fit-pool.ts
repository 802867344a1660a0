/** Spreads the work of a fit over threads. Node only. */
import { extname } from "node:path";
import { Piscina } from "piscina";
import { ConfigError, WorkerError } from "../core/errors.ts";
import { type LawSource, sourceOf } from "./laws/index.ts";
import type { FitProblem } from "./solve/index.ts";
import { type FitTask, type TaskResults, type TaskRunner, tasksHere } from "./tasks.ts";

/** What travels to a worker: a task of a problem, its law as plain data. */
export interface PoolTask {
  readonly problem: Omit<FitProblem, "law"> & { readonly law: LawSource };
  readonly task: FitTask;
}

const workerFile = new URL(`../../workers/fit${extname(import.meta.url)}`, import.meta.url);

/** Threads for as many fits as one likes. */
export interface FitPool {
  /**
   * The results of one thread, bit for bit.
   *
   * @throws {ConfigError} for a law that is a function on several threads: functions cannot be sent to a worker
   * @throws {WorkerError} when a worker died
   */
  readonly run: TaskRunner;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Takes `threads` threads, which start with the first work; one is the caller's own.
 *
 *     const pool = openFitPool(availableParallelism());
 *     const comparison = await compareLaws(rows, undefined, { run: pool.run }).finally(pool.close);
 */
export function openFitPool(threads: number): FitPool {
  if (threads <= 1) return { run: tasksHere, close: async () => {} };
  let started: Piscina<PoolTask, TaskResults[FitTask["kind"]]> | undefined;
  const start = () =>
    new Piscina<PoolTask, TaskResults[FitTask["kind"]]>({
      filename: workerFile.href,
      minThreads: threads,
      maxThreads: threads,
    });
  return {
    run: async (problem, tasks, { onDone, signal } = {}) => {
      const portable = withoutFunctions(problem, threads);
      started ??= start();
      const pool = started;
      let done = 0;
      const run = async (task: FitTask) => {
        const result = await pool.run({ problem: portable, task }, signal === undefined ? {} : { signal });
        onDone?.(++done, tasks.length);
        return result;
      };
      try {
        return (await Promise.all(tasks.map(run))) as never;
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        throw died(cause, threads);
      }
    },
    close: async () => await started?.destroy(),
  };
}

/**
 * Runs the work of a fit on `threads` threads that end with it, with the same results as on one, bit for bit.
 *
 *     await fitLaw(rows, { run: tasksOnPool(availableParallelism()) });
 *
 * @throws {ConfigError} for a law that is a function on several threads: functions cannot be sent to a worker
 * @throws {WorkerError} when a worker died
 */
export function tasksOnPool(threads: number): TaskRunner {
  return async (problem, tasks, monitor) => {
    const pool = openFitPool(threads);
    return await pool.run(problem, tasks, monitor).finally(pool.close);
  };
}

function died(cause: unknown, threads: number): WorkerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WorkerError(
    `fit: \`threads\` must each live to the end of the fit; got "${reason}" from one of ${threads}. Fit with 1 to see why.`,
    { cause },
  );
}

function withoutFunctions({ law, ...problem }: FitProblem, threads: number): PoolTask["problem"] {
  const source = sourceOf(law);
  if (source !== undefined) return { ...problem, law: source };
  throw new ConfigError(
    `fit: \`threads\` must be 1 for a law that is a function; got ${threads}. Only names and formulas can travel.`,
  );
}
