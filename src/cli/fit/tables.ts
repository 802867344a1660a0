/** The tables and runs of a fit: what was read of them, and what is left out. */
import { ConfigError } from "../../core/errors.ts";
import { type FitRow, type LeftOut, type LossUnit, lawNamed, parseMapping, selectRows } from "../../fit/index.ts";
import { type LawDefinition, lawFrom } from "../../fit/laws/index.ts";
import { type NamedRows, readRows } from "../inputs.ts";
import type { Output } from "../output.ts";

/** What the user says of tables. */
export interface TableFlags {
  readonly columns: string | undefined;
  readonly expr: readonly string[];
  readonly where: readonly string[];
  readonly dropTop: number | undefined;
  readonly dropBottom: number | undefined;
  readonly by: string;
  readonly dataUnit: string | undefined;
  readonly lossUnit: LossUnit;
}

export interface FitTable {
  readonly rows: readonly FitRow[];
  readonly leftOut: readonly LeftOut[];
  /** What D counts, where that is known. */
  readonly dataUnit: { readonly dataUnit?: string };
}

/**
 * The rows that are kept of the sources.
 *
 * @param law what is read depends on its inputs
 */
export async function readTables(
  paths: readonly string[],
  law: string | LawDefinition,
  { columns, expr, where, dropTop, dropBottom, by, dataUnit, lossUnit }: TableFlags,
  output: Output,
): Promise<FitTable> {
  const reading = typeof law === "string" ? lawNamed(law) : lawFrom(law);
  const sources = await readRows(paths, reading, { mapping: parseMapping(columns, expr), lossUnit });
  const rules = { where, by, ...(dropTop && { dropTop }), ...(dropBottom && { dropBottom }) };
  const { kept, leftOut: ruledOut } = selectRows(sources.rows, rules);
  const leftOut = [...sources.skipped.map(({ id, reason }) => ({ row: `run ${id}`, reason })), ...ruledOut];
  output.print(...describeTables(sources));
  for (const line of describeLeftOut(leftOut)) output.warn(line);
  return { rows: kept, leftOut, dataUnit: dataUnitOf(sources, dataUnit) };
}

/** Which columns were taken, so that a guess from their names can be seen. */
function describeTables({ tables }: NamedRows): string[] {
  return tables.map(({ path, origins }) => {
    const parts = Object.entries(origins).map(([quantity, origin]) => `${quantity} = ${origin}`);
    return `${path}: ${parts.join(", ")}`;
  });
}

/** A line for each reason. */
function describeLeftOut(leftOut: readonly LeftOut[]): string[] {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const rows = leftOut.filter((left) => left.reason === reason).map(({ row }) => row);
    return `left out, ${reason}: ${rows.join(", ")}`;
  });
}

/** @throws {ConfigError} where the sources count different things and the user has not said what to call them */
function dataUnitOf({ dataUnits }: NamedRows, said: string | undefined): { dataUnit?: string } {
  if (said !== undefined) return { dataUnit: said };
  if (dataUnits.length > 1)
    throw new ConfigError(
      `fit: sources must count data in one unit; got ${dataUnits.join(" and ")}. Fit them apart, or say --data-unit.`,
    );
  return dataUnits[0] === undefined ? {} : { dataUnit: dataUnits[0] };
}
