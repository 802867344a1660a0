/** One thread of the fit pool: searches, refits of drawn tables, profiles. */

import type { PoolTask } from "../src/fit/fit-pool.ts";
import { lawOf } from "../src/fit/laws/index.ts";
import { type FitTask, runTask, type TaskResults } from "../src/fit/tasks.ts";

export default function solveTask({ problem, task }: PoolTask): Promise<TaskResults[FitTask["kind"]]> {
  return runTask({ ...problem, law: lawOf(problem.law) }, task);
}
