/** A law, a table and an objective: everything that a fit follows from. */
import type { FitRow, FitUnits, Law } from "./law.ts";
import type { Objective } from "./minimise.ts";
import { fitObjective, huber, type ObjectiveOptions } from "./objective.ts";
import type { StartScheme } from "./starts.ts";

/** Ranges of published parameters; a missing end is open. */
export type Bounds = Readonly<
  Record<string, { readonly low?: number | undefined; readonly high?: number | undefined }>
>;

export interface FitProblem {
  readonly law: Law;
  readonly rows: readonly FitRow[];
  readonly units: FitUnits;
  readonly objective: ObjectiveOptions;
  readonly bounds: Bounds;
  readonly starts: number;
  readonly startScheme: StartScheme;
  readonly seed: number;
}

/** Share of a loss below which a residual is rounding. */
const RESIDUAL_ROUNDING = 1e-12;

/** @param weights one for each row, 1 unless said */
export function objectiveOf({ law, rows, units, objective }: FitProblem, weights?: ArrayLike<number>): Objective {
  return fitObjective(law, rows, units, objective, weights);
}

/** The objective of residuals that are nothing but rounding. */
export function roundingFloor({ objective, rows }: FitProblem): number {
  const residual = RESIDUAL_ROUNDING * (objective.residual === "raw" ? typicalRow(rows).loss : 1);
  return (objective.scale ?? 1) * huber(residual, objective.delta);
}

/** The run of median loss. */
export function typicalRow(rows: readonly FitRow[]): FitRow {
  return [...rows].sort((a, b) => a.loss - b.loss)[rows.length >> 1]!;
}
