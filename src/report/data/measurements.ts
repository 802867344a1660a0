/** Measured losses as the figures of a law draw them, whether they come from runs or from a table. */
import { FLOPS_PER_WEIGHT } from "../../core/flops.ts";
import { formatCount, formatPercent } from "../../core/format.ts";
import { isAtLevel, levelsOf } from "../../core/grid.ts";
import { paperRamp, type Ramp } from "../../core/ramp.ts";
import { costMultiplier } from "../../fit/advice/index.ts";
import type { FitRow } from "../../fit/laws/index.ts";
import { rowOfRun } from "../../fit/table/index.ts";
import { commonRamp, completedRuns, dataUnit, type ReportedRun, runLabel, targetSparsity } from "./reported-runs.ts";

/** One measured loss. */
export interface Measurement extends FitRow {
  /** What hover texts call it. */
  readonly label: string;
  /** The sparsity that was asked for, which gives the colour; the measured one differs in the last digits. */
  readonly level: number;
  /** C, training FLOPs spent on the weights counted in N, as kernels skip zeros or do not. */
  readonly flops: Readonly<Record<"sparse" | "dense", number>>;
}

export interface NamedRow {
  readonly row: FitRow;
  /** Such as file and line. */
  readonly name: string;
}

export interface MeasuredLosses {
  readonly measurements: readonly Measurement[];
  /** Of the pruned runs, for what sparse training costs. */
  readonly ramp: Ramp;
  /** What D counts, such as tokens; undefined where nobody said. */
  readonly dataUnit: string | undefined;
}

/** The completed runs. */
export function lossesOfRuns(runs: readonly ReportedRun[]): MeasuredLosses {
  const measurements = completedRuns(runs).map(measurementOf);
  return { measurements, ramp: commonRamp(runs), dataUnit: dataUnit(runs) };
}

export function measurementOf(run: ReportedRun): Measurement {
  const { denseParams, dataSeen, trainFlops } = run.result;
  const flops = { sparse: trainFlops, dense: FLOPS_PER_WEIGHT * denseParams * dataSeen };
  return { ...rowOfRun(run.result), label: runLabel(run), level: targetSparsity(run), flops };
}

/**
 * Rows of a table, pruned by the paper's ramp for all that is known.
 *
 * @param unit what the table's D counts
 * @param asked sparsities that runs among them were asked for
 */
export function lossesOfRows(rows: readonly NamedRow[], unit?: string, asked: readonly number[] = []): MeasuredLosses {
  const levels = levelsOf(rows.map(({ row }) => row));
  const measurements = rows.map(({ row, name }) => ({
    ...row,
    label: name,
    level: asked.find((level) => isAtLevel(row.sparsity, level)) ?? levels.findLast((level) => level <= row.sparsity)!,
    flops: { sparse: flopsOf(row, "sparse"), dense: flopsOf(row, "dense") },
  }));
  return { measurements, ramp: paperRamp, dataUnit: unit };
}

const flopsOf = ({ nonzeroParams, data, sparsity }: FitRow, cost: "sparse" | "dense"): number =>
  FLOPS_PER_WEIGHT * nonzeroParams * data * costMultiplier(sparsity, cost);

/** The hover text of a measurement: its name, and where it stands. */
export function describeMeasurement(
  { label, sparsity, nonzeroParams, data }: Measurement,
  unit: string | undefined,
): string {
  const amount = [formatCount(data), ...(unit === undefined ? [] : [unit])].join(" ");
  return `${label}\nS = ${formatPercent(sparsity)}, N = ${formatCount(nonzeroParams)}, D = ${amount}`;
}

/** The unit of a loss in labels: nats per token where D counts tokens. */
export const lossUnitOf = ({ dataUnit: unit }: MeasuredLosses): string =>
  unit === undefined ? "nats" : `nats per ${unit.replace(/s$/, "")}`;

/** The label of an axis of data. */
export const dataLabelOf = ({ dataUnit: unit }: MeasuredLosses): string =>
  unit === undefined ? "training data D" : `training data D (${unit})`;

/** Sparsities that were asked for, rising. */
export const levelsMeasured = ({ measurements }: MeasuredLosses): number[] =>
  [...new Set(measurements.map(({ level }) => level))].sort((a, b) => a - b);
