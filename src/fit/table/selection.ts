/** Which rows of a table take part in a fit, and why the others do not. */
import { ConfigError } from "../../core/errors.ts";
import type { FitRow } from "../laws/index.ts";
import { asNumber, FIELDS, isQuantity, QUANTITIES, type Quantity, type SourceRow } from "./columns.ts";
import { type Condition, parseCondition } from "./row-condition.ts";

export interface RowRules {
  /** Conditions that every row must meet, over quantities and columns; a quantity comes before a column of its name. */
  readonly where?: readonly string[];
  /** Leave out so many rows with the largest `by`, of those that meet the conditions. */
  readonly dropTop?: number;
  /** The same with the smallest. */
  readonly dropBottom?: number;
  /** The loss unless said. */
  readonly by?: string;
}

export interface LeftOut {
  /** File and line, or the run. */
  readonly row: string;
  readonly reason: string;
}

export interface Selection {
  readonly kept: readonly FitRow[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Applies the rules, e.g. to leave out runs that did not train.
 *
 * @throws {ConfigError} for a count that is no whole number or leaves nothing, a condition that no row meets, or an unknown name
 */
export function selectRows(rows: readonly SourceRow[], rules: RowRules): Selection {
  const { where = [], dropTop = 0, dropBottom = 0, by = "loss" } = rules;
  const reasons = new Map<SourceRow, string>();
  for (const condition of where.map(parseCondition))
    for (const row of rows.filter((row) => !reasons.has(row)))
      if (!condition.holds((name) => operandOf(row, name, condition))) reasons.set(row, `not ${condition.text}`);
  const rest = rows.filter((row) => !reasons.has(row));
  if (rest.length === 0 && rows.length > 0)
    throw new ConfigError(`\`where\`: a row must meet ${where.join(" and ")}; got none of ${rows.length}.`);
  checkCounts(rest.length, dropTop, dropBottom);
  const falling = [...rest].sort((a, b) => quantityOf(b, by) - quantityOf(a, by));
  for (const row of falling.slice(0, dropTop)) reasons.set(row, `${by} among the ${dropTop} largest`);
  for (const row of falling.slice(rest.length - dropBottom)) reasons.set(row, `${by} among the ${dropBottom} smallest`);
  return {
    kept: rows.filter((row) => !reasons.has(row)).map(({ row }) => row),
    leftOut: [...reasons].map(([{ name }, reason]) => ({ row: name, reason })),
  };
}

function checkCounts(rows: number, dropTop: number, dropBottom: number): void {
  for (const [rule, count] of Object.entries({ dropTop, dropBottom }))
    if (count !== 0 && !(Number.isInteger(count) && count > 0 && count < rows))
      throw new ConfigError(`\`${rule}\`: count must be a whole number below the ${rows} rows; got ${count}.`);
  if (dropTop + dropBottom > 0 && dropTop + dropBottom >= rows)
    throw new ConfigError(
      `\`dropTop\`: counts must leave some of the ${rows} rows; got ${dropTop} largest and ${dropBottom} smallest.`,
    );
}

function quantityOf({ row, name }: SourceRow, by: string): number {
  if (!isQuantity(by))
    throw new ConfigError(`\`by\`: quantity must be one of ${QUANTITIES.join(", ")}; got ${JSON.stringify(by)}.`);
  const value = row[FIELDS[by as Quantity]];
  if (value !== undefined) return value;
  throw new ConfigError(`\`by\`: quantity must be known of every row; got no ${by} of ${name}.`);
}

function operandOf(source: SourceRow, name: string, { text }: Condition): number {
  const value = isQuantity(name) ? source.row[FIELDS[name]] : undefined;
  const number = value ?? asNumber(source.cells[name]);
  if (!Number.isNaN(number)) return number;
  throw new ConfigError(
    `\`where\`: ${text}: ${name} must be one of ${QUANTITIES.join(", ")}, or a column of numbers; got ` +
      `${JSON.stringify(source.cells[name] ?? null)} in ${source.name}.`,
  );
}
