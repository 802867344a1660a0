/** The parts that a fit's work can be cut into: each is a function of the problem and the task alone, on whatever thread. */
import { type End, type FitProblem, solveStarts } from "./solve/index.ts";
import {
  type BootstrapPlan,
  type ProfileCurve,
  type ProfilePlan,
  predictLeftOut,
  type Replicate,
  solveProfile,
  solveReplicates,
} from "./uncertainty/index.ts";

/** Numbered parts [begin, end) of a work. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

export type FitTask =
  | ({ readonly kind: "starts" } & Range)
  | ({ readonly kind: "bootstrap"; readonly plan: BootstrapPlan } & Range)
  | { readonly kind: "profile"; readonly plan: ProfilePlan }
  | ({ readonly kind: "leave-one-out"; readonly optimum: Float64Array } & Range);

export interface TaskResults {
  readonly starts: End[];
  readonly bootstrap: Replicate[];
  readonly profile: ProfileCurve;
  readonly "leave-one-out": number[];
}

type Kind = FitTask["kind"];
type TaskOf<K extends Kind> = FitTask & { readonly kind: K };

const solvers: { readonly [K in Kind]: (problem: FitProblem, task: TaskOf<K>) => Promise<TaskResults[K]> } = {
  starts: (problem, { begin, end }) => solveStarts(problem, begin, end),
  bootstrap: (problem, { plan, begin, end }) => solveReplicates(problem, plan, begin, end),
  profile: (problem, { plan }) => solveProfile(problem, plan),
  "leave-one-out": (problem, { optimum, begin, end }) => predictLeftOut(problem, optimum, begin, end),
};

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
  tasks: readonly TaskOf<K>[],
  monitor?: TaskMonitor,
) => Promise<TaskResults[K][]>;

export function runTask<K extends Kind>(problem: FitProblem, task: TaskOf<K>): Promise<TaskResults[K]> {
  return solvers[task.kind](problem, task);
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
export function ranges(count: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    begin: i * size,
    end: Math.min(count, (i + 1) * size),
  }));
}
