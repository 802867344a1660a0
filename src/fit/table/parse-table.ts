/** Tables of runs as others write them: CSV, JSON rows, JSON columns, JSON lines. */
import { CsvError, parse as parseCsvRecords } from "csv-parse/browser/esm/sync";
import { FormatError } from "../../core/errors.ts";

export interface TableRow {
  /** 1-based line of the file, or number of the row where rows share lines. */
  readonly record: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

export interface Table {
  /** What to name in messages, e.g. the file's path. */
  readonly source: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/**
 * Reads a table; the text itself tells the format.
 *
 *   CSV           a header line, then rows; tabs where the header has one, else commas
 *   JSON rows     [{"loss": 3.1, …}, …]
 *   JSON columns  {"loss": [3.1, …], …}, or pandas' {"loss": {"0": 3.1, …}, …}
 *   JSON lines    {"loss": 3.1, …} on each line
 *
 * @throws {FormatError} naming the line for text that is none of these, or is empty
 */
export function parseTable(text: string, source: string): Table {
  const body = text.replace(/^\ufeff/, "");
  return tableOf(source, /^\s*[{[]/.test(body) ? jsonRows(body, source) : csvRows(body, source));
}

/** @throws {FormatError} where there are no rows */
export function tableOf(source: string, rows: readonly TableRow[]): Table {
  if (rows.length === 0) throw new FormatError(source, "table must have a header and rows; got none. Add runs.");
  return { source, columns: [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))], rows };
}

function csvRows(text: string, source: string): TableRow[] {
  try {
    const records: { record: Record<string, string>; info: { lines: number } }[] = parseCsvRecords(text, {
      columns: true,
      delimiter: /^[\r\n]*[^\n]*\t/.test(text) ? "\t" : ",",
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
    return records.map(({ record, info }) => ({ record: info.lines, cells: record }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === "number" ? { record: cause.lines } : {};
    throw new FormatError(source, `table must be CSV with as many cells as its header; got: ${cause.message}.`, {
      ...line,
      cause,
    });
  }
}

function jsonRows(text: string, source: string): TableRow[] {
  const whole = parsed(text);
  if (!("value" in whole)) return jsonLines(text, source);
  if (Array.isArray(whole.value))
    return whole.value.map((row, i) => ({ record: i + 1, cells: asCells(row, source, i + 1) }));
  const object = asCells(whole.value, source, 1);
  const isColumns = Object.values(object).every((column) => typeof column === "object" && column !== null);
  return isColumns ? fromColumns(object as Record<string, object>) : [{ record: 1, cells: object }];
}

/** Rows are joined by their keys, as pandas does. */
function fromColumns(columns: Record<string, object>): TableRow[] {
  const entries = Object.entries(columns).map(([name, column]) => [name, new Map(Object.entries(column))] as const);
  const keys = [...new Set(entries.flatMap(([, column]) => [...column.keys()]))];
  return keys.map((key, i) => ({
    record: i + 1,
    cells: Object.fromEntries(entries.map(([name, column]) => [name, column.get(key)])),
  }));
}

function jsonLines(text: string, source: string): TableRow[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const row = parsed(line);
    if ("value" in row) return [{ record: i + 1, cells: asCells(row.value, source, i + 1) }];
    throw new FormatError(source, `text must be JSON, or JSON on each line; got: ${row.error}.`, { record: i + 1 });
  });
}

function parsed(text: string): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (cause) {
    return { error: (cause as Error).message };
  }
}

function asCells(row: unknown, source: string, record: number): Record<string, unknown> {
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  throw new FormatError(source, `row must be an object of named numbers; got ${JSON.stringify(row)}.`, { record });
}
