/** Spreads the starts of a fit over threads. Node only. */
import { extname } from "node:path";
import { Piscina } from "piscina";
import { ConfigError, WorkerError } from "../core/errors.ts";
import type { End } from "./constrained.ts";
import { type LawSource, sourceOf } from "./law.ts";
import { type StartRunner, startsHere } from "./multi-start.ts";
import type { FitProblem } from "./problem.ts";

/** What travels to a worker: starts [begin, end) of a problem, its law as plain data. */
export interface StartTask {
  readonly problem: Omit<FitProblem, "law"> & { readonly law: LawSource };
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
 * @throws {ConfigError} for a law that is a function on several threads: functions cannot be sent to a worker
 * @throws {WorkerError} when a worker died
 */
export function startsOnPool(threads: number): StartRunner {
  return threads <= 1 ? startsHere : (problem) => solveOnPool(problem, threads);
}

async function solveOnPool(problem: FitProblem, threads: number): Promise<End[]> {
  const source = sourceOf(problem.law);
  if (source === undefined)
    throw new ConfigError(
      `fit: threads must be 1 for a law that is a function; got ${threads}. Only names and formulas can travel.`,
    );
  const pool = new Piscina<StartTask, End[]>({
    filename: workerFile.href,
    minThreads: threads,
    maxThreads: threads,
  });
  try {
    return (await Promise.all(split(problem, source, threads).map((task) => pool.run(task)))).flat();
  } catch (cause) {
    throw new WorkerError("fit: a worker of the pool died. Fit again with one thread to see why.", { cause });
  } finally {
    await pool.destroy();
  }
}

function split({ law: _, ...problem }: FitProblem, law: LawSource, threads: number): StartTask[] {
  const perTask = Math.ceil(problem.starts / (threads * TASKS_PER_THREAD));
  return Array.from({ length: Math.ceil(problem.starts / perTask) }, (_, task) => ({
    problem: { ...problem, law },
    begin: task * perTask,
    end: Math.min(problem.starts, (task + 1) * perTask),
  }));
}
