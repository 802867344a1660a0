/** From the columns of a table to the S, N, D and L of a fit. */
import { ConfigError, FormatError } from "../../core/errors.ts";
import { type Expression, type FitRow, type Law, nameExpression, parseExpression } from "../laws/index.ts";
import type { Table, TableRow } from "./parse-table.ts";
import { rowProblem } from "./rows.ts";

/** What a fit needs, by the names of mappings and conditions; `mean` only for laws of the size averaged over training. */
export const QUANTITIES = ["sparsity", "nonzero", "data", "loss", "mean"] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** What stands for a quantity: a column, or an expression over columns. */
interface Source {
  readonly text: string;
  readonly expression: Expression;
}

/** Where each quantity comes from. */
export type ColumnMapping = Readonly<Partial<Record<Quantity, Source>>>;

/** The field of a row that holds a quantity. */
export const FIELDS = {
  sparsity: "sparsity",
  nonzero: "nonzeroParams",
  data: "data",
  loss: "loss",
  mean: "meanParams",
} as const satisfies Record<Quantity, keyof FitRow>;

/**
 * Columns that are understood without a mapping, whatever their case, blanks, `-` and `_`; the first one that a table has. A
 * validation loss comes before a loss that may be the training's.
 */
const USUAL: Readonly<Record<Quantity, readonly string[]>> = {
  sparsity: ["sparsity", "S", "finalSparsity"],
  nonzero: ["nonzero", "N", "nonzeroParams", "nonzeroParameters", "nnz"],
  data: [
    ...["data", "D", "dataSeen"],
    ...["tokens", "trainingTokens", "trainTokens", "tokensSeen", "numTokens", "nTokens"],
    ...["images", "trainingImages", "imagesSeen", "examples", "trainingExamples", "examplesSeen", "totalExamples"],
  ],
  loss: ["validLoss", "valLoss", "validationLoss", "evalLoss", "testLoss", "finalLoss", "loss", "L"],
  mean: ["meanParams", "averageParams", "meanNonzeroParams"],
};

/** Sizes that are non-zero ones only where the table knows of no sparsity. */
const DENSE_SIZES = ["params", "parameters", "numParams", "nParams", "numParameters", "paramCount", "modelSize"];

const EXAMPLES: Readonly<Record<Quantity, string>> = {
  sparsity: "sparsity or S",
  nonzero: "nonzero or N",
  data: "data, tokens or D",
  loss: "loss or L",
  mean: "meanParams",
};

/**
 * Reads a mapping.
 *
 *     parseMapping("data=tokens,loss=val-loss", ["nonzero=169869312*scale*(1-sparsity)"])
 *
 * @param columns pairs quantity=column, with commas between
 * @param expressions quantity=expression each
 * @throws {ConfigError} for an unknown quantity, a part without =, or a faulty expression
 */
export function parseMapping(columns = "", expressions: readonly string[] = []): ColumnMapping {
  const pairs = columns.split(",").filter((part) => part.trim() !== "");
  const named = pairs.map((pair) => assignment("`columns`", pair));
  const computed = expressions.map((text) => assignment("`expressions`", text));
  return Object.fromEntries([
    ...named.map(([quantity, text]) => [quantity, { text, expression: nameExpression(text) }]),
    ...computed.map(([quantity, text]) => [quantity, { text, expression: parseExpression(text) }]),
  ]);
}

function assignment(where: string, text: string): [Quantity, string] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim();
  const value = text.slice(at + 1).trim();
  if (isQuantity(name) && value !== "") return [name, value];
  throw new ConfigError(
    `${where}: ${text} must be <quantity>=<source> with one of ${QUANTITIES.join(", ")}; got ${JSON.stringify(name)}.`,
  );
}

export function isQuantity(name: string): name is Quantity {
  return (QUANTITIES as readonly string[]).includes(name);
}

/** A row of a fit that remembers where it comes from. */
export interface SourceRow {
  readonly row: FitRow;
  /** For messages: file and line, or the run. */
  readonly name: string;
  /** What else the source says of it. */
  readonly cells: Readonly<Record<string, unknown>>;
}

export interface MappedTable {
  readonly rows: readonly SourceRow[];
  /** Column or expression that each quantity was read from; what the table has not is left out. */
  readonly origins: Readonly<Partial<Record<Quantity, string>>>;
  /** What D counts, where the name of its column tells. */
  readonly dataUnit: string | undefined;
}

export const LOSS_UNITS = ["nats", "bits"] as const;
export type LossUnit = (typeof LOSS_UNITS)[number];

/**
 * The rows that a law is fitted to.
 *
 * @param law the sparsity of a law that does not read it is 0 where the table has none
 * @param lossUnit of the table; rows are in nats
 * @throws {FormatError} with file, line and column for a missing column, a cell that is no number, or a value out of range
 */
export function mapTable(
  table: Table,
  law: Law,
  mapping: ColumnMapping = {},
  lossUnit: LossUnit = "nats",
): MappedTable {
  const sources = sourcesOf(table, law, mapping);
  for (const [quantity, { expression }] of Object.entries(sources))
    for (const column of expression.names)
      if (!table.columns.includes(column)) throw missing(table, quantity as Quantity, column);
  return {
    rows: table.rows.map((record) => ({
      row: fitRow(table, record, sources, lossUnit === "bits" ? Math.LN2 : 1),
      name: `${table.source}:${record.record}`,
      cells: record.cells,
    })),
    origins: Object.fromEntries(Object.entries(sources).map(([quantity, { text }]) => [quantity, text])),
    dataUnit: unitInName(sources.data.text),
  };
}

/** The rows of `mapTable` alone. */
export function rowsOf(table: Table, law: Law, mapping: ColumnMapping = {}, lossUnit: LossUnit = "nats"): FitRow[] {
  return mapTable(table, law, mapping, lossUnit).rows.map(({ row }) => row);
}

type Sources = Readonly<Record<Exclude<Quantity, "mean">, Source>> & { readonly mean?: Source };

function sourcesOf(table: Table, law: Law, mapping: ColumnMapping): Sources {
  const sourceOf = (quantity: Quantity) => mapping[quantity] ?? usualSource(table, quantity, USUAL[quantity]);
  const needed = (quantity: Quantity, source: Source | undefined) => {
    if (source === undefined) throw missing(table, quantity, EXAMPLES[quantity]);
    return source;
  };
  const [sparsity, mean] = [sourceOf("sparsity"), sourceOf("mean")];
  const isDense = sparsity === undefined && !law.inputs.includes("sparsity");
  const size = sourceOf("nonzero") ?? (sparsity === undefined ? usualSource(table, "nonzero", DENSE_SIZES) : undefined);
  return {
    sparsity: needed("sparsity", isDense ? { text: "0", expression: parseExpression("0") } : sparsity),
    nonzero: needed("nonzero", size),
    data: needed("data", sourceOf("data")),
    loss: needed("loss", sourceOf("loss")),
    ...(mean === undefined ? {} : { mean }),
  };
}

/** "Training Tokens" → "trainingtokens" */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, "");

function usualSource(table: Table, quantity: Quantity, names: readonly string[]): Source | undefined {
  for (const name of names) {
    const columns = table.columns.filter((column) => plain(column) === plain(name));
    if (columns.length > 1) throw ambiguous(table, quantity, columns);
    const [text] = columns;
    if (text !== undefined) return { text, expression: nameExpression(text) };
  }
  return undefined;
}

/** Only names that are usual are trusted: "tokens (billions)" is not counted in tokens. */
function unitInName(column: string): string | undefined {
  if (!USUAL.data.some((name) => plain(name) === plain(column))) return undefined;
  return ["tokens", "images", "examples"].find((unit) => plain(column).includes(unit));
}

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

function missing(table: Table, quantity: Quantity, column: string): FormatError {
  const problem = `columns must include ${column} for ${quantity}; got ${quoted(table.columns)}.`;
  return new FormatError(table.source, `${problem} ${remedyFor(quantity)}`);
}

function ambiguous(table: Table, quantity: Quantity, columns: readonly string[]): FormatError {
  const problem = `columns must have one for ${quantity}; got ${quoted(columns)}.`;
  return new FormatError(table.source, `${problem} ${remedyFor(quantity)}`);
}

const remedyFor = (quantity: Quantity): string =>
  `Name another with \`columns\` ${quantity}=… or \`expressions\` ${quantity}=….`;

function fitRow(table: Table, { record, cells }: TableRow, sources: Sources, nats: number): FitRow {
  const cell = (column: string) => numberIn(cells, column, table.source, record);
  const row = {
    sparsity: sources.sparsity.expression.evaluate(cell),
    nonzeroParams: sources.nonzero.expression.evaluate(cell),
    data: sources.data.expression.evaluate(cell),
    loss: nats * sources.loss.expression.evaluate(cell),
    ...(sources.mean === undefined ? {} : { meanParams: sources.mean.expression.evaluate(cell) }),
  };
  const problem = rowProblem(row);
  if (problem !== undefined) throw new FormatError(table.source, problem, { record });
  return row;
}

function numberIn(cells: TableRow["cells"], column: string, source: string, record: number): number {
  const value = asNumber(cells[column]);
  if (Number.isFinite(value)) return value;
  const got = JSON.stringify(cells[column] ?? null);
  throw new FormatError(source, `${column} must be a number; got ${got}. Correct or remove the row.`, { record });
}

/** What a cell says as a number; NaN for what is none. */
export function asNumber(cell: unknown): number {
  if (typeof cell === "number") return cell;
  return typeof cell === "string" && cell.trim() !== "" ? Number(cell) : Number.NaN;
}
