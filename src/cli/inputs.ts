/** Finds the runs and tables that a command line names. */
import { access, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readYaml } from "../config/yaml.ts";
import { ConfigError } from "../core/errors.ts";
import type { RunResult } from "../core/record.ts";
import {
  type ColumnMapping,
  type FitResult,
  type Law,
  type LossUnit,
  mapTable,
  parseFitResult,
  type Quantity,
  type RowsOfRuns,
  readTable,
  rowsOfRuns,
  type SourceRow,
} from "../fit/index.ts";
import type { ReportedRun } from "../report/data/reported-runs.ts";
import { listRuns, type RunEntry, readEvents } from "../store/run-directory.ts";
import { readBytes, readText } from "./files.ts";
import { stateOf } from "./run-state.ts";

/**
 * A fit, as `fit --json` printed it.
 *
 * @throws {ConfigError} where the file cannot be read or is no fit
 */
export async function readFit(file: string): Promise<FitResult> {
  return parseFitResult(readYaml(await readText(file), file).input, file);
}

/**
 * The runs of a directory of runs, or the one run of a run's own directory.
 *
 * @throws {ConfigError} where there are none
 */
export async function readRuns(path: string): Promise<RunEntry[]> {
  const isRun = await access(join(path, "config.json")).then(
    () => true,
    () => false,
  );
  const runs = isRun
    ? (await listRuns(dirname(resolve(path)))).filter(({ id }) => id === basename(resolve(path)))
    : await listRuns(path);
  if (runs.length === 0)
    throw new ConfigError(`${path}: the directory must hold runs; got none. Name the --out directory of a sweep.`);
  return runs;
}

export const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** How the user wants tables read. */
export interface ReadOptions {
  readonly mapping?: ColumnMapping;
  readonly lossUnit?: LossUnit;
}

export interface NamedRows {
  readonly rows: readonly SourceRow[];
  /** What the sources count their data in, each once. */
  readonly dataUnits: readonly string[];
  /** Where the quantities of each table were read from. */
  readonly tables: readonly { readonly path: string; readonly origins: Readonly<Partial<Record<Quantity, string>>> }[];
  /** Runs that a fit cannot use, by id, with the reason. */
  readonly skipped: RowsOfRuns["skipped"];
  /** The runs, used or not. */
  readonly entries: readonly RunEntry[];
}

/** The rows of several run directories and tables, in their order. */
export async function readRows(paths: readonly string[], law: Law, options: ReadOptions = {}): Promise<NamedRows> {
  const parts: NamedRows[] = [];
  for (const path of paths) {
    parts.push((await isDirectory(path)) ? namedRows(await readRuns(path)) : await tableRows(path, law, options));
  }
  return {
    rows: parts.flatMap(({ rows }) => rows),
    dataUnits: [...new Set(parts.flatMap(({ dataUnits }) => dataUnits))],
    tables: parts.flatMap(({ tables }) => tables),
    skipped: parts.flatMap(({ skipped }) => skipped),
    entries: parts.flatMap(({ entries }) => entries),
  };
}

async function tableRows(path: string, law: Law, { mapping, lossUnit }: ReadOptions): Promise<NamedRows> {
  const table = await readTable(await readBytes(path), path);
  const { rows, origins, dataUnit } = mapTable(table, law, mapping, lossUnit);
  const dataUnits = dataUnit === undefined ? [] : [dataUnit];
  return { rows, dataUnits, tables: [{ path, origins }], skipped: [], entries: [] };
}

function namedRows(entries: readonly RunEntry[]): NamedRows {
  const { rows, ids, dataUnit, skipped } = rowsOfEntries(entries);
  const named = rows.map((row, i) => ({ row, name: `run ${ids[i]}`, cells: {} }));
  return { rows: named, dataUnits: [dataUnit], tables: [], skipped, entries };
}

/** The rows of the completed runs. */
export function rowsOfEntries(entries: readonly RunEntry[]): RowsOfRuns {
  const finished = rowsOfRuns(resultsOf(entries));
  const unfinished = entries.filter(({ result }) => result === undefined);
  const skipped = unfinished.map((entry) => ({ id: entry.id, reason: stateOf(entry) }));
  return { ...finished, skipped: [...finished.skipped, ...skipped] };
}

/** The runs that have ended, each with what it recorded on its way. */
export async function readReportedRuns(entries: readonly RunEntry[]): Promise<ReportedRun[]> {
  const ended = entries.flatMap(({ result, directory }) => (result === undefined ? [] : [{ result, directory }]));
  return await Promise.all(
    ended.map(async ({ result, directory }) => ({ result, events: await readEvents(directory) })),
  );
}

export const resultsOf = (entries: readonly RunEntry[]): RunResult[] =>
  entries.flatMap(({ result }) => (result === undefined ? [] : [result]));
