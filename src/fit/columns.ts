/** From the columns of a table to the S, N, D and L of a fit. */
import { ConfigError, FormatError } from "../core/errors.ts";
import { type Expression, nameExpression, parseExpression } from "./expression.ts";
import type { FitRow, Law } from "./law.ts";
import { rowProblem } from "./rows.ts";
import type { Table, TableRow } from "./table.ts";

/** What a fit needs, by the names of the command line. */
export type Quantity = "sparsity" | "nonzero" | "data" | "loss";

/** Where each quantity comes from. */
export type ColumnMapping = Readonly<Partial<Record<Quantity, Expression>>>;

const fields = { sparsity: "sparsity", nonzero: "nonzeroParams", data: "data", loss: "loss" } as const;

/** Columns that are understood without a mapping; the first one that a table has. */
const usualColumns: Readonly<Record<Quantity, readonly string[]>> = {
  sparsity: ["sparsity", "S"],
  nonzero: ["nonzero", "nonzeroParams", "N"],
  data: ["data", "dataSeen", "D"],
  loss: ["loss", "validLoss", "val-loss", "L"],
};

/**
 * Reads a mapping as the command line writes it.
 *
 *     parseMapping("data=tokens,loss=val-loss", ["nonzero=169869312*scale*(1-sparsity)"])
 *
 * @param columns pairs quantity=column, with commas between
 * @param expressions quantity=expression each
 * @throws {ConfigError} for an unknown quantity, a part without =, or a faulty expression
 */
export function parseMapping(columns = "", expressions: readonly string[] = []): ColumnMapping {
  const pairs = columns.split(",").filter((part) => part.trim() !== "");
  return Object.fromEntries([
    ...pairs.map((pair) => assignment("--columns", pair)).map(([name, column]) => [name, nameExpression(column)]),
    ...expressions.map((text) => assignment("--expr", text)).map(([name, text]) => [name, parseExpression(text)]),
  ]);
}

function assignment(where: string, text: string): [Quantity, string] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim();
  const value = text.slice(at + 1).trim();
  if (Object.hasOwn(fields, name) && value !== "") return [name as Quantity, value];
  const known = Object.keys(fields).join(", ");
  throw new ConfigError(
    `${where}: ${text} must be <quantity>=<source> with one of ${known}; got ${JSON.stringify(name)}.`,
  );
}

/**
 * The rows that a law is fitted to.
 *
 * @param law the sparsity of a law that does not read it is 0 where the table has none
 * @throws {FormatError} with file, line and column for a missing column, a cell that is no number, or a value out of range
 */
export function rowsOf(table: Table, law: Law, mapping: ColumnMapping = {}): FitRow[] {
  const sources = Object.fromEntries(
    (Object.keys(fields) as Quantity[]).map((quantity) => [quantity, mapping[quantity] ?? usual(table, law, quantity)]),
  ) as Record<Quantity, Expression>;
  for (const [quantity, { names }] of Object.entries(sources))
    for (const column of names) if (!table.columns.includes(column)) throw missing(table, quantity, column);
  return table.rows.map((row) => fitRow(table, row, sources));
}

function usual(table: Table, law: Law, quantity: Quantity): Expression {
  const column = usualColumns[quantity].find((name) => table.columns.includes(name));
  if (column !== undefined) return nameExpression(column);
  if (quantity === "sparsity" && !law.inputs.includes("sparsity")) return parseExpression("0");
  throw missing(table, quantity, usualColumns[quantity].join(" or "));
}

function missing(table: Table, quantity: string, column: string): FormatError {
  const got = table.columns.map((name) => JSON.stringify(name)).join(", ");
  return new FormatError(
    table.source,
    `columns must include ${column} for ${quantity}; got ${got}. Name another with --columns ${quantity}=… or --expr ${quantity}=….`,
  );
}

function fitRow(table: Table, { record, cells }: TableRow, sources: Record<Quantity, Expression>): FitRow {
  const cell = (column: string) => {
    const value = asNumber(cells[column]);
    if (Number.isFinite(value)) return value;
    const got = JSON.stringify(cells[column] ?? null);
    throw new FormatError(table.source, `${column} must be a number; got ${got}. Correct or remove the row.`, {
      record,
    });
  };
  const row = {
    sparsity: sources.sparsity.evaluate(cell),
    nonzeroParams: sources.nonzero.evaluate(cell),
    data: sources.data.evaluate(cell),
    loss: sources.loss.evaluate(cell),
  };
  const problem = rowProblem(row);
  if (problem !== undefined) throw new FormatError(table.source, problem, { record });
  return row;
}

function asNumber(cell: unknown): number {
  if (typeof cell === "number") return cell;
  return typeof cell === "string" && cell.trim() !== "" ? Number(cell) : Number.NaN;
}

/**
 * Leaves out the `count` rows with the largest `by`, e.g. runs that did not train.
 *
 * @throws {ConfigError} for a count that is no whole number or leaves nothing, or an unknown quantity
 */
export function dropTop(rows: readonly FitRow[], count: number, by: string): FitRow[] {
  if (!(Number.isInteger(count) && count >= 0 && count < rows.length))
    throw new ConfigError(`--drop-top: count must be a whole number below the ${rows.length} rows; got ${count}.`);
  if (!Object.hasOwn(fields, by))
    throw new ConfigError(
      `--by: quantity must be one of ${Object.keys(fields).join(", ")}; got ${JSON.stringify(by)}.`,
    );
  const field = fields[by as Quantity];
  const top = new Set([...rows].sort((a, b) => b[field] - a[field]).slice(0, count));
  return rows.filter((row) => !top.has(row));
}
