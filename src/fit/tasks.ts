/** The parts that a fit's work can be cut into: each is a function of the problem and the task alone, on whatever thread. */

import type { End } from "./solve/constrained.ts";
import { solveStarts } from "./solve/multi-start.ts";
import type { FitProblem } from "./solve/problem.ts";
import { type BootstrapPlan, type Replicate, solveReplicates } from "./uncertainty/bootstrap.ts";
import { type ProfilePlan, solveProfile } from "./uncertainty/profile.ts";
import type { ProfileCurve } from "./uncertainty/uncertainty.ts";

export type FitTask =
  | { readonly kind: "starts"; readonly begin: number; readonly end: number }
  | { readonly kind: "bootstrap"; readonly plan: BootstrapPlan; readonly begin: number; readonly end: number }
  | { readonly kind: "profile"; readonly plan: ProfilePlan };

export interface TaskResults {
  readonly starts: End[];
  readonly bootstrap: Replicate[];
  readonly profile: ProfileCurve;
}

type Kind = FitTask["kind"];

/** What a runner tells, and is told, while it works. */
export interface TaskMonitor {
  /** Called after each task. */
  readonly onDone?: ((done: number, total: number) => void) | undefined;
  /** Aborting it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs the tasks of a problem wherever it likes; results in the order of the tasks. */
export type TaskRunner = <K extends Kind>(
  problem: FitProblem,
  tasks: readonly (FitTask & { readonly kind: K })[],
  monitor?: TaskMonitor,
) => Promise<TaskResults[K][]>;

export async function runTask(problem: FitProblem, task: FitTask): Promise<TaskResults[Kind]> {
  if (task.kind === "starts") return await solveStarts(problem, task.begin, task.end);
  if (task.kind === "bootstrap") return await solveReplicates(problem, task.plan, task.begin, task.end);
  return await solveProfile(problem, task.plan);
}

/** One task after the other, on this thread, which may do other things between them. */
export const tasksHere: TaskRunner = async (problem, tasks, { onDone, signal } = {}) => {
  const results: TaskResults[Kind][] = [];
  for (const task of tasks) {
    signal?.throwIfAborted();
    results.push(await runTask(problem, task));
    onDone?.(results.length, tasks.length);
  }
  return results as never;
};

/** [0, count) in parts of at most `size`. */
export function ranges(count: number, size: number): { begin: number; end: number }[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    begin: i * size,
    end: Math.min(count, (i + 1) * size),
  }));
}
