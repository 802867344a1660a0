/** Runs as a report reads them: which count, what they were asked for, what they are called. */
import { paperRamp, type Ramp } from "../../core/ramp.ts";
import type { RunEvent, RunResult } from "../../core/record.ts";
import { groupBy } from "./groups.ts";

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

/** The ramp that most of the pruned runs used; the paper's where none was pruned. */
export function commonRamp(runs: readonly ReportedRun[]): Ramp {
  const ramps = runs.filter((run) => targetSparsity(run) > 0).flatMap((run) => rampOf(run) ?? []);
  const alike = [...groupBy(ramps, ({ start, end }) => `${start} ${end}`).values()];
  const [commonest] = alike.sort((a, b) => b.length - a.length);
  return commonest?.[0] ?? paperRamp;
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
