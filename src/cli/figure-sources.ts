/** What figures are made of: a fit with the runs and tables that it was fitted to, or runs alone. */
import { ConfigError } from "../core/errors.ts";
import { plural } from "../core/format.ts";
import { lawOfFit } from "../fit/fit-json.ts";
import { type FitResult, type LossUnit, parseMapping, type SourceRow } from "../fit/index.ts";
import { UNNAMED_DATA } from "../fit/laws/index.ts";
import { lossesOfRows, lossesOfRuns, type MeasuredLosses } from "../report/data/measurements.ts";
import { completedRuns, type ReportedRun, targetSparsity } from "../report/data/reported-runs.ts";
import type { RunEntry } from "../store/run-directory.ts";
import { isDirectory, readFit, readReportedRuns, readRows, readRuns } from "./inputs.ts";
import type { Output } from "./output.ts";

export interface FigureSources {
  readonly fit: FitResult | undefined;
  readonly measured: MeasuredLosses;
  readonly runs: readonly ReportedRun[];
  readonly entries: readonly RunEntry[];
}

/** How the user wants tables read. */
interface TableFlags {
  readonly columns: string | undefined;
  readonly expr: readonly string[];
  readonly lossUnit: LossUnit;
}

/** @throws {ConfigError} for a table without the fit of it */
export async function readFigureSources(
  first: string,
  others: readonly string[],
  flags: TableFlags,
  output: Output,
): Promise<FigureSources> {
  return (await isDirectory(first)) ? readRunsAlone([first, ...others]) : readFitted(first, others, flags, output);
}

async function readRunsAlone(paths: readonly string[]): Promise<FigureSources> {
  for (const path of paths)
    if (!(await isDirectory(path)))
      throw new ConfigError(
        `figures: ${path} must be a directory of runs without a fit; got none. Name the fit first.`,
      );
  const entries = (await Promise.all(paths.map(readRuns))).flat();
  const runs = await readReportedRuns(entries);
  return { fit: undefined, measured: lossesOfRuns(completedRuns(runs)), runs, entries };
}

async function readFitted(
  file: string,
  paths: readonly string[],
  { columns, expr, lossUnit }: TableFlags,
  output: Output,
): Promise<FigureSources> {
  const fit = await readFit(file);
  const sources = await readRows(paths, lawOfFit(fit), { mapping: parseMapping(columns, expr), lossUnit });
  const rows = fittedRows(fit, sources.rows);
  if (paths.length > 0 && rows.length !== fit.rows)
    output.warn(`The law was fitted to ${plural(fit.rows, "row")}; the figures show ${rows.length}.`);
  const unit = fit.dataUnit === UNNAMED_DATA ? undefined : fit.dataUnit;
  const runs = await readReportedRuns(sources.entries);
  return { fit, measured: lossesOfRows(rows, unit, runs.map(targetSparsity)), runs, entries: sources.entries };
}

/** Without the rows that the fit left out, which it names. */
function fittedRows({ leftOut = [] }: FitResult, rows: readonly SourceRow[]): SourceRow[] {
  const names = new Set(leftOut.map(({ row }) => row));
  return rows.filter(({ name }) => !names.has(name));
}
