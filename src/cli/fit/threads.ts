/** The threads of a fit. */
import { availableParallelism } from "node:os";
import { type FitPool, openFitPool } from "../../fit/fit-pool.ts";
import { sourceOf } from "../../fit/laws/index.ts";
import { tasksHere } from "../../fit/tasks.ts";
import type { Output } from "../output.ts";

/**
 * Every core unless said; a law that is a function cannot be sent to other threads and stays on this one, which is told where
 * threads were asked for.
 */
export function openThreads(said: number | undefined, output: Output): FitPool {
  const pool = openFitPool(said ?? availableParallelism());
  const told = new Set<string>();
  return {
    ...pool,
    run(problem, tasks, monitor) {
      if (sourceOf(problem.law) !== undefined) return pool.run(problem, tasks, monitor);
      const { name } = problem.law;
      if (said !== undefined && said > 1 && !told.has(name))
        output.warn(`${name} is a function: it is fitted on one thread.`);
      told.add(name);
      return tasksHere(problem, tasks, monitor);
    },
  };
}
