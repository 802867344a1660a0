/** A fit in lines for people. */
import { formatNumber, plural } from "../../core/format.ts";
import { lawOfFit } from "../../fit/fit-json.ts";
import type { FitResult, Interval } from "../../fit/index.ts";
import { describeUnits } from "../../fit/laws/index.ts";
import { drawnOf } from "../../report/data/bands.ts";
import { alignColumns } from "../output.ts";

export function describeFit(fit: FitResult): string[] {
  const { law, formula, rows, starts, startsAtOptimum, startsNotConverged, localOptima } = fit;
  const others = localOptima
    .slice(1)
    .map((optimum) => `${optimum.huberMean.toExponential(4)} (${plural(optimum.count, "start")})`);
  return [
    `${law} law, ${plural(rows, "run")}: ${formula}`,
    ...parameterTable(fit),
    describeUnits(lawOfFit(fit), fit.dataUnit),
    `${describeObjective(fit)}, reached by ${startsAtOptimum} of ${plural(starts, "start")}`,
    ...(others.length > 0 ? [`other local optima: ${others.join(", ")}`] : []),
    ...(startsNotConverged > 0 ? [`${plural(startsNotConverged, "start")} did not converge`] : []),
    `mean absolute error ${formatNumber(fit.meanAbsoluteError)} nats, ${formatNumber(fit.meanAbsolutePercentageError)} %`,
    ...describeUncertainty(fit),
  ];
}

/** Values, with the intervals that there are. */
function parameterTable({ params, uncertainty }: FitResult): string[] {
  const hasProfiles = (uncertainty?.profiles.length ?? 0) > 0;
  const rows = Object.entries(params).map(([name, value]) => {
    const cells = [`  ${name}`, formatNumber(value, 6)];
    if (uncertainty === undefined) return cells;
    const profile = uncertainty.profiles.find(({ parameter }) => parameter === name);
    const profiled = profile === undefined ? "" : shown(profile.interval);
    return [...cells, shown(uncertainty.intervals[name]!), ...(hasProfiles ? [profiled] : [])];
  });
  const heads = ["", "", "95 % bootstrap", ...(hasProfiles ? ["95 % profile"] : [])];
  return alignColumns(uncertainty === undefined ? rows : [heads, ...rows]);
}

/** "…" where the data set no limit. */
function shown({ low, high }: Interval | { low: number | null; high: number | null }): string {
  const end = (value: number | null) => (value === null ? "…" : formatNumber(value, 4));
  return `[${end(low)}, ${end(high)}]`;
}

function describeObjective({ huberMean, delta, residual }: FitResult): string {
  const of = `${residual} residual`;
  if (delta === null) return `mean r²/2 ${huberMean.toExponential(5)} (${of})`;
  return `mean Huber ${huberMean.toExponential(5)} (δ ${formatNumber(delta)}, ${of})`;
}

function describeUncertainty({ uncertainty }: FitResult): string[] {
  if (uncertainty === undefined) return [];
  const { bootstrap, identification } = uncertainty;
  const failed = bootstrap.failed === 0 ? "" : `, ${bootstrap.failed} of them without a fit`;
  return [
    `intervals from ${bootstrap.replicates} refits of drawn ${drawnOf(bootstrap)}${failed}; condition of the curvature ${identification.condition.toExponential(1)}`,
    ...identification.statements,
  ];
}
