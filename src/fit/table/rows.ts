/** What a table must be like before a law can be fitted to it. */
import { ConfigError } from "../../core/errors.ts";
import type { FitRow, Law, LawInputs } from "../laws/index.ts";

const inputNames = {
  sparsity: "sparsity S",
  nonzeroParams: "non-zero parameters N",
  data: "data D",
  meanParams: "mean parameters M",
} as const;

/** What is wrong with a row, in the grammar of errors without its <where>; undefined where nothing is. */
export function rowProblem(row: FitRow): string | undefined {
  if (!(row.sparsity >= 0 && row.sparsity < 1))
    return `sparsity must be in [0, 1); got ${row.sparsity}. It is the fraction of zero weights, not of the kept ones, and no percentage.`;
  for (const name of ["nonzeroParams", "data", "loss", "meanParams"] as const)
    if (row[name] !== undefined && !(row[name] > 0 && row[name] < Number.POSITIVE_INFINITY))
      return `${name} must be a positive number; got ${row[name]}. Correct or remove the row.`;
  return undefined;
}

/**
 * Sees to it that the rows are valid and can tell the law's parameters apart.
 *
 * @throws {ConfigError} for a row out of range, for no more rows than parameters, or where an input of the law never changes
 */
export function checkRows(law: Law, rows: readonly FitRow[]): void {
  for (const [index, row] of rows.entries()) {
    const problem = rowProblem(row);
    if (problem !== undefined) throw new ConfigError(`fit: row ${index + 1}: ${problem}`);
  }
  const numParameters = law.parameters.length;
  if (rows.length <= numParameters)
    throw new ConfigError(
      `fit: rows must be more than the ${numParameters} parameters of the ${law.name} law; got ${rows.length}. Add runs.`,
    );
  for (const input of law.inputs) {
    if (distinctValues(rows, input) >= 2) continue;
    const value = `${rows[0]![input]} in all ${rows.length} rows`;
    throw new ConfigError(
      `fit: ${inputNames[input]} must take at least 2 values to identify the ${law.name} law; got ${value}. Add runs.`,
    );
  }
}

/** Inputs whose exponent the rows can hardly tell from a coefficient: two values fix a slope, not a curve. */
export function sparseInputs(law: Law, rows: readonly FitRow[]): string[] {
  return law.inputs.filter((input) => distinctValues(rows, input) === 2).map((input) => inputNames[input]);
}

function distinctValues(rows: readonly FitRow[], input: keyof LawInputs): number {
  return new Set(rows.map((row) => row[input])).size;
}

/** A fixed order, so that a fit has the same bits whatever the order of its table. */
export function inFixedOrder(rows: readonly FitRow[]): FitRow[] {
  return [...rows].sort(
    (a, b) => a.nonzeroParams - b.nonzeroParams || a.sparsity - b.sparsity || a.data - b.data || a.loss - b.loss,
  );
}
