/** A law, a table and an objective: everything that a fit follows from. */
import { type FitRow, type FitUnits, type Law, powerFormOf } from "../laws/index.ts";
import { fitObjective, huber, type ObjectiveOptions } from "./objective.ts";
import { powerObjectives, type WeightedObjectives } from "./power-objective.ts";
import type { FitSettings } from "./settings.ts";

export interface FitProblem extends FitSettings {
  readonly law: Law;
  readonly rows: readonly FitRow[];
  readonly units: FitUnits;
  /** What residual, loss, average and scale come to. */
  readonly objective: ObjectiveOptions;
}

/** Share of a loss below which a residual is rounding. */
const RESIDUAL_ROUNDING = 1e-12;

/**
 * The objectives of a problem for any weights of its rows, on this thread: in wasm for the built-in laws, which are sums of powers.
 *
 *     const objectives = await objectivesOf(problem);
 *     const [plain, weighted] = [objectives(), objectives(weights)];
 *
 * @throws {StateError} where the engine cannot run the kernels
 */
export async function objectivesOf({ law, rows, units, objective }: FitProblem): Promise<WeightedObjectives> {
  const form = powerFormOf(law);
  if (form !== undefined) return powerObjectives(law, form, rows, units, objective);
  return (weights) => fitObjective(law, rows, units, objective, weights);
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
