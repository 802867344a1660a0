/** Finds the runs and tables that a command line names. */
import { access, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { RunResult } from "../core/record.ts";
import { type ColumnMapping, type FitRow, lawNamed, parseTable, rowsOf, rowsOfRuns } from "../fit/index.ts";
import { listRuns, type RunEntry } from "../store/run-directory.ts";

/**
 * The text of a file that the user names.
 *
 * @throws {ConfigError} where it cannot be read
 */
export async function readText(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(`${file}: the file must be readable; got ${cause.code}. Check the path.`, { cause });
  });
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

export interface NamedRows {
  readonly rows: readonly FitRow[];
  /** Runs that a fit cannot use, by id, with the reason. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** The rows of several run directories and tables, in their order. */
export async function readRows(paths: readonly string[], law: string, mapping: ColumnMapping): Promise<NamedRows> {
  const parts: NamedRows[] = [];
  for (const path of paths) {
    const isDirectory = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (isDirectory) parts.push(rowsOfEntries(await readRuns(path)));
    else parts.push({ rows: rowsOf(parseTable(await readText(path), path), lawNamed(law), mapping), skipped: [] });
  }
  return { rows: parts.flatMap(({ rows }) => rows), skipped: parts.flatMap(({ skipped }) => skipped) };
}

/** The rows of the completed runs. */
export function rowsOfEntries(entries: readonly RunEntry[]): NamedRows {
  const { rows, skipped } = rowsOfRuns(resultsOf(entries));
  const unfinished = entries.filter(({ result }) => result === undefined);
  return { rows, skipped: [...skipped, ...unfinished.map((entry) => ({ id: entry.id, reason: stateOf(entry) }))] };
}

export const resultsOf = (entries: readonly RunEntry[]): RunResult[] =>
  entries.flatMap(({ result }) => (result === undefined ? [] : [result]));

/** What has become of a run. */
export function stateOf({ result, writer, problems }: RunEntry): string {
  if (writer !== undefined) return `running (process ${writer.pid})`;
  return result?.status ?? (problems.length > 0 ? `unreadable: ${problems[0]}` : "unfinished");
}
