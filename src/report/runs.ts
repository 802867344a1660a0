/** Runs as a report groups them: by sparsity as configured, and by sizes that are equal up to the rounding of a grid. */
import type { RunEvent, RunResult } from "../core/record.ts";

export interface ReportedRun {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
}

/** The sparsity that a run was asked for; its measured one differs in the last digits. */
export const targetSparsity = (run: ReportedRun): number => run.result.config.sparsity.final;

/** Shares of the steps between which the sparsity of a pruned run rose; undefined for methods without a ramp. */
export function rampOf({ result }: ReportedRun): { start: number; end: number } | undefined {
  const { start, end } = result.config.sparsity;
  return typeof start === "number" && typeof end === "number" ? { start, end } : undefined;
}

/** Runs whose loss a law may be held to. */
export const completedRuns = (runs: readonly ReportedRun[]): ReportedRun[] =>
  runs.filter(({ result }) => result.status === "completed" && Number.isFinite(result.validLoss));

/** The runs that a table should explain: stopped, diverged, failed, or without a finite loss. */
export const incompleteRuns = (runs: readonly ReportedRun[]): ReportedRun[] => {
  const completed = new Set(completedRuns(runs));
  return runs.filter((run) => !completed.has(run));
};

/** What a run is called in hover texts and tables. */
export const runLabel = ({ result }: ReportedRun): string => result.name ?? result.id;

/** Tokens or images, as these runs count them. */
export const dataUnit = (runs: readonly ReportedRun[]): string => runs[0]?.result.dataUnit ?? "tokens";

export const lossUnit = (runs: readonly ReportedRun[]): string => `nats per ${dataUnit(runs).replace(/s$/, "")}`;

export interface SizeGroup<T> {
  /** Geometric mean of the members' sizes. */
  readonly size: number;
  readonly members: readonly T[];
}

/**
 * Groups by a positive size, smallest first: a group reaches up to `ratio` times its smallest member. A grid that is matched
 * in non-zero size hits it within a few percent only, since widths are whole heads.
 */
export function groupBySize<T>(items: readonly T[], sizeOf: (item: T) => number, ratio = 1.2): SizeGroup<T>[] {
  const groups: T[][] = [];
  for (const item of items.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const group = groups.at(-1);
    if (group !== undefined && sizeOf(item) < ratio * sizeOf(group[0]!)) group.push(item);
    else groups.push([item]);
  }
  return groups.map((members) => ({ size: geometricMean(members.map(sizeOf)), members }));
}

/** Groups by a key, in order of first appearance. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const extent = (values: readonly number[]): [number, number] => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
];
