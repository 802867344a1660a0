/** Spreads the starts of a fit over threads. Node only. */
import { extname } from "node:path";
import { Piscina } from "piscina";
import { ConfigError, WorkerError } from "../core/errors.ts";
import { isBuiltIn } from "./laws/index.ts";
import type { Minimum } from "./minimise.ts";
import { type FitProblem, type StartRunner, startsHere } from "./multi-start.ts";

/** What travels to a worker: starts [begin, end) of a problem, its law by name. */
export interface StartTask {
  readonly problem: Omit<FitProblem, "law"> & { readonly law: string };
  readonly begin: number;
  readonly end: number;
}

/** Tasks per thread: enough to even out searches of different length. */
const TASKS_PER_THREAD = 4;

const workerFile = new URL(`../../workers/fit${extname(import.meta.url)}`, import.meta.url);

/**
 * Runs the starts of a fit on `threads` threads, with the same ends as on one, bit for bit.
 *
 *     await fitLaw(rows, { runStarts: startsOnPool(availableParallelism()) });
 *
 * @throws {ConfigError} for a law of one's own on several threads: functions cannot be sent to a worker
 * @throws {WorkerError} when a worker died
 */
export function startsOnPool(threads: number): StartRunner {
  return threads <= 1 ? startsHere : (problem) => solveOnPool(problem, threads);
}

async function solveOnPool(problem: FitProblem, threads: number): Promise<Minimum[]> {
  if (!isBuiltIn(problem.law))
    throw new ConfigError(
      `fit: threads must be 1 for a law of one's own; got ${threads}. Only laws by name can travel.`,
    );
  const pool = new Piscina<StartTask, Minimum[]>({
    filename: workerFile.href,
    minThreads: threads,
    maxThreads: threads,
  });
  try {
    return (await Promise.all(split(problem, threads).map((task) => pool.run(task)))).flat();
  } catch (cause) {
    throw new WorkerError("fit: a worker of the pool died. Fit again with one thread to see why.", { cause });
  } finally {
    await pool.destroy();
  }
}

function split({ law, ...problem }: FitProblem, threads: number): StartTask[] {
  const perTask = Math.ceil(problem.starts / (threads * TASKS_PER_THREAD));
  return Array.from({ length: Math.ceil(problem.starts / perTask) }, (_, task) => ({
    problem: { ...problem, law: law.name },
    begin: task * perTask,
    end: Math.min(problem.starts, (task + 1) * perTask),
  }));
}
