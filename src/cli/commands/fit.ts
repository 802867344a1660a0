/** sparselaw fit */
import { availableParallelism } from "node:os";
import { dropTop, type FitResult, fitLaw, parseMapping } from "../../fit/index.ts";
import { tasksOnPool } from "../../fit/pool.ts";
import { formatNumber, plural } from "../../report/format.ts";
import { readRows } from "../inputs.ts";
import { alignColumns, type Output } from "../output.ts";

export interface FitFlags {
  readonly law: string;
  readonly residual?: "raw" | "log";
  readonly delta?: number;
  readonly starts?: number;
  readonly columns?: string;
  readonly expr: readonly string[];
  readonly dropTop?: number;
  readonly by: string;
}

export async function fitCommand(paths: readonly string[], flags: FitFlags, output: Output): Promise<number> {
  const { law, columns, expr, dropTop: count, by, ...options } = flags;
  const { rows, skipped } = await readRows(paths, law, parseMapping(columns, expr));
  for (const { id, reason } of skipped) output.warn(`run ${id} is left out: ${reason}`);
  const kept = count === undefined ? rows : dropTop(rows, count, by);
  const fit = await fitLaw(kept, { ...options, law, run: tasksOnPool(availableParallelism()) });
  output.record(fit);
  output.print(...describe(fit));
  for (const warning of fit.warnings) output.warn(warning);
  return 0;
}

function describe(fit: FitResult): string[] {
  const { law, formula, rows, params, huberMean, delta, residual, starts, startsAtOptimum, localOptima } = fit;
  const others = localOptima
    .slice(1)
    .map((optimum) => `${optimum.huberMean.toExponential(4)} (${plural(optimum.count, "start")})`);
  return [
    `${law} law, ${plural(rows, "run")}: ${formula}`,
    ...alignColumns(Object.entries(params).map(([name, value]) => [`  ${name}`, formatNumber(value, 6)])),
    `mean Huber ${huberMean.toExponential(5)} (δ ${delta}, ${residual} residual), reached by ${startsAtOptimum} of ${plural(starts, "start")}`,
    ...(others.length > 0 ? [`other local optima: ${others.join(", ")}`] : []),
    `mean absolute error ${formatNumber(fit.meanAbsoluteError)} nats, ${formatNumber(fit.meanAbsolutePercentageError)} %`,
  ];
}
