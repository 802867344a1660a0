/** Spreads the work of a fit over threads. Node only. */
import { extname } from "node:path";
import { Piscina } from "piscina";
import { ConfigError, WorkerError } from "../core/errors.ts";
import { type LawSource, sourceOf } from "./laws/law.ts";
import type { FitProblem } from "./solve/problem.ts";
import { type FitTask, type TaskResults, type TaskRunner, tasksHere } from "./tasks.ts";

/** What travels to a worker: a task of a problem, its law as plain data. */
export interface PoolTask {
  readonly problem: Omit<FitProblem, "law"> & { readonly law: LawSource };
  readonly task: FitTask;
}

const workerFile = new URL(`../../workers/fit${extname(import.meta.url)}`, import.meta.url);

/**
 * Runs the work of a fit on `threads` threads, with the same results as on one, bit for bit.
 *
 *     await fitLaw(rows, { run: tasksOnPool(availableParallelism()) });
 *
 * @throws {ConfigError} for a law that is a function on several threads: functions cannot be sent to a worker
 * @throws {WorkerError} when a worker died
 */
export function tasksOnPool(threads: number): TaskRunner {
  if (threads <= 1) return tasksHere;
  return async (problem, tasks, { onDone, signal } = {}) => {
    const portable = withoutFunctions(problem, threads);
    const pool = new Piscina<PoolTask, TaskResults[FitTask["kind"]]>({
      filename: workerFile.href,
      minThreads: threads,
      maxThreads: threads,
    });
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
      throw new WorkerError("fit: a worker of the pool died. Fit again with one thread to see why.", { cause });
    } finally {
      await pool.destroy();
    }
  };
}

function withoutFunctions({ law, ...problem }: FitProblem, threads: number): PoolTask["problem"] {
  const source = sourceOf(law);
  if (source !== undefined) return { ...problem, law: source };
  throw new ConfigError(
    `fit: threads must be 1 for a law that is a function; got ${threads}. Only names and formulas can travel.`,
  );
}
