/** sparselaw fit */
import { availableParallelism } from "node:os";
import { ConfigError } from "../../core/errors.ts";
import { type FitResult, fitLaw, type LeftOut, type LossUnit, parseMapping, selectRows } from "../../fit/index.ts";
import { tasksOnPool } from "../../fit/pool.ts";
import { lawOfFit } from "../../fit/result.ts";
import { describeUnits } from "../../fit/units.ts";
import { formatNumber, plural } from "../../report/format.ts";
import { type NamedRows, readRows } from "../inputs.ts";
import { alignColumns, type Output } from "../output.ts";

export interface FitFlags {
  readonly law: string;
  readonly residual?: "raw" | "log";
  readonly delta?: number;
  readonly starts?: number;
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
  const { law, columns, expr, where, dropTop, dropBottom, by, dataUnit, lossUnit, ...options } = flags;
  const sources = await readRows(paths, law, { mapping: parseMapping(columns, expr), lossUnit });
  const rules = { where, by, ...(dropTop && { dropTop }), ...(dropBottom && { dropBottom }) };
  const { kept, leftOut: ruledOut } = selectRows(sources.rows, rules);
  const leftOut = [...sources.skipped.map(({ id, reason }) => ({ row: `run ${id}`, reason })), ...ruledOut];
  output.print(...describeTables(sources));
  for (const line of describeLeftOut(leftOut)) output.warn(line);
  const fit = await fitLaw(kept, {
    ...options,
    ...dataUnitOf(sources, dataUnit),
    law,
    run: tasksOnPool(availableParallelism()),
  });
  output.record({ ...fit, leftOut });
  output.print(...describe(fit));
  for (const warning of fit.warnings) output.warn(warning);
  return 0;
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

function describe(fit: FitResult): string[] {
  const { law, formula, rows, params, huberMean, delta, residual, starts, startsAtOptimum, localOptima } = fit;
  const others = localOptima
    .slice(1)
    .map((optimum) => `${optimum.huberMean.toExponential(4)} (${plural(optimum.count, "start")})`);
  return [
    `${law} law, ${plural(rows, "run")}: ${formula}`,
    ...alignColumns(Object.entries(params).map(([name, value]) => [`  ${name}`, formatNumber(value, 6)])),
    describeUnits(lawOfFit(fit), fit.dataUnit),
    `mean Huber ${huberMean.toExponential(5)} (δ ${delta}, ${residual} residual), reached by ${startsAtOptimum} of ${plural(starts, "start")}`,
    ...(others.length > 0 ? [`other local optima: ${others.join(", ")}`] : []),
    `mean absolute error ${formatNumber(fit.meanAbsoluteError)} nats, ${formatNumber(fit.meanAbsolutePercentageError)} %`,
  ];
}
