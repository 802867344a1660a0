/** sparselaw fit */
import { availableParallelism } from "node:os";
import { ConfigError } from "../../core/errors.ts";
import {
  type AssessOptions,
  type FitOptions,
  type FitResult,
  type FitRow,
  fitLaw,
  type Law,
  type LeftOut,
  type LossUnit,
  lawNamed,
  parseMapping,
  selectRows,
} from "../../fit/index.ts";
import { sourceOf } from "../../fit/laws/index.ts";
import { tasksOnPool } from "../../fit/pool.ts";
import { tasksHere } from "../../fit/tasks.ts";
import { assessed } from "../assess.ts";
import { describeFit } from "../fit-output.ts";
import { type NamedRows, readRows } from "../inputs.ts";
import { lawToFit } from "../laws.ts";
import type { Output } from "../output.ts";
import { compare } from "./compare.ts";

type Chosen = Pick<FitOptions, "residual" | "loss" | "delta" | "average" | "starts" | "startScheme" | "seed">;

export interface FitFlags extends Chosen {
  readonly law: readonly string[];
  readonly compare: boolean;
  readonly bound: readonly (readonly [parameter: string, range: { low?: number; high?: number }])[];
  readonly bootstrap?: number;
  readonly blocks?: "nonzero" | "data";
  readonly profile: boolean;
  readonly columns?: string;
  readonly expr: readonly string[];
  readonly where: readonly string[];
  readonly dropTop?: number;
  readonly dropBottom?: number;
  readonly by: string;
  readonly dataUnit?: string;
  readonly lossUnit: LossUnit;
}

export async function fitCommand(paths: readonly string[], flags: FitFlags, output: Output): Promise<number> {
  const laws = await Promise.all((flags.law.length === 0 && !flags.compare ? ["sparse"] : flags.law).map(lawToFit));
  if (laws.length > 1 && !flags.compare)
    throw new ConfigError(`--law: laws must be one; got ${laws.length}. Add --compare to fit them side by side.`);
  const { rows, leftOut, options } = await readTables(paths, laws[0] ?? "sparse", flags, output);
  if (flags.compare) return compare(rows, laws.length === 0 ? undefined : laws, options, output);
  const law = laws[0]!;
  const fit = await fitted(rows, flags, { ...options, law, run: runnerFor(law) }, output);
  output.record({ ...fit, leftOut });
  output.print(...describeFit(fit));
  for (const warning of fit.warnings) output.warn(warning);
  return 0;
}

/** The rows that are kept of the sources, and what of the flags concerns the fit. */
async function readTables(paths: readonly string[], law: string | Law, flags: FitFlags, output: Output) {
  const { columns, expr, where, dropTop, dropBottom, by, dataUnit, lossUnit } = flags;
  const reading = typeof law === "string" ? lawNamed(law) : law;
  const sources = await readRows(paths, reading, { mapping: parseMapping(columns, expr), lossUnit });
  const rules = { where, by, ...(dropTop && { dropTop }), ...(dropBottom && { dropBottom }) };
  const { kept, leftOut: ruledOut } = selectRows(sources.rows, rules);
  const leftOut = [...sources.skipped.map(({ id, reason }) => ({ row: `run ${id}`, reason })), ...ruledOut];
  output.print(...describeTables(sources));
  for (const line of describeLeftOut(leftOut)) output.warn(line);
  return { rows: kept, leftOut, options: { ...optionsOf(flags), ...dataUnitOf(sources, dataUnit) } };
}

function optionsOf({ residual, loss, delta, average, starts, startScheme, seed, bound }: FitFlags): FitOptions {
  const given = { residual, loss, delta, average, starts, startScheme, seed };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as FitOptions;
  return { ...said, bounds: Object.fromEntries(bound) };
}

/** A law that is a function cannot be sent to other threads. */
function runnerFor(law: string | Law) {
  return typeof law === "string" || sourceOf(law) !== undefined ? tasksOnPool(availableParallelism()) : tasksHere;
}

async function fitted(
  rows: readonly FitRow[],
  { bootstrap, blocks, profile }: FitFlags,
  options: FitOptions,
  output: Output,
): Promise<FitResult> {
  const fit = await fitLaw(rows, options);
  if (bootstrap === undefined && !profile) return fit;
  return assessed(rows, fit, { ...options, ...assessment(bootstrap, blocks, profile) }, output);
}

function assessment(replicates: number | undefined, blocks: FitFlags["blocks"], profiles: boolean): AssessOptions {
  const by = { nonzero: "nonzeroParams", data: "data" } as const;
  return {
    profiles,
    ...(replicates === undefined ? {} : { replicates }),
    ...(blocks === undefined ? {} : { blocks: by[blocks] }),
  };
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
