/** What a report says in words. Every sentence is HTML, made of the runs' and the fit's numbers. */
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatScientific,
  plural,
} from "../../core/format.ts";
import type { FitResult } from "../../fit/fit-json.ts";
import { COVERAGE, drawnOf } from "../data/bands.ts";
import { groupBySize } from "../data/groups.ts";
import type { BandedOptimum, Optima } from "../data/optima.ts";
import { predictionError, predictRuns } from "../data/predictions.ts";
import { completedRuns, dataUnit, incompleteRuns, type ReportedRun, targetSparsity } from "../data/reported-runs.ts";
import { extent } from "../data/statistics.ts";
import { escapeMarkup } from "../draw/markup.ts";

/** What was run. */
export function describeRuns(runs: readonly ReportedRun[]): string {
  if (runs.length === 0) return "No run was found.";
  const completed = completedRuns(runs);
  const missing = incompleteRuns(runs).length;
  const results = runs.map((run) => run.result);
  const sizes = groupBySize(results, (r) => r.nonzeroParams);
  const sparsities = [...new Set(runs.map(targetSparsity))].sort((a, b) => a - b);
  const seconds = results.reduce((sum, r) => sum + r.seconds, 0);
  return [
    `<strong>${plural(completed.length, "completed run")}</strong>${missing > 0 ? ` and ${missing} that did not complete` : ""}:`,
    `${plural(sizes.length, "non-zero size")} (${span(results.map((r) => r.nonzeroParams))} parameters),`,
    `sparsity ${sparsities.map((s) => formatPercent(s)).join(", ")},`,
    `${span(results.map((r) => r.dataSeen))} ${escapeMarkup(dataUnit(runs))} of training data,`,
    `${span(
      results.map((r) => r.trainFlops),
      formatScientific,
    )} training FLOPs;`,
    `${formatDuration(seconds)} of training in all.`,
  ].join(" ");
}

function span(values: readonly number[], format: (value: number) => string = formatCount): string {
  const [lo, hi] = extent(values).map((value) => format(value)) as [string, string];
  return lo === hi ? lo : `${lo} to ${hi}`;
}

/** The law's formula, then the same with its numbers. */
export function formulaHtml(fit: FitResult): string {
  const names = Object.keys(fit.params);
  const letters = new RegExp(`(?<![A-Za-z])(?:${names.map(letterOf).join("|")})(?![A-Za-z])`, "g");
  const valueByLetter = new Map(names.map((name) => [letterOf(name), formatNumber(fit.params[name]!, 4)]));
  const symbolic = raisePowers(fit.formula, letters).replace(letters, (name) =>
    name.replace(/^([a-z])([A-Z])$/, "$1<sub>$2</sub>"),
  );
  const numeric = raisePowers(fit.formula, letters).replace(letters, (name) => valueByLetter.get(name)!);
  return `<p class="formula">${symbolic}</p>\n<p class="formula upright">${numeric}</p>`;
}

const GREEK: Record<string, string> = { alpha: "α", beta: "β" };
const letterOf = (name: string): string => GREEK[name] ?? name;

const raisePowers = (formula: string, names: RegExp): string =>
  escapeMarkup(formula).replace(new RegExp(`\\^(${names.source})`, "g"), "<sup>$1</sup>");

/** How good the fit is, in sentences. */
export function describeFit(fit: FitResult, runs: readonly ReportedRun[]): string[] {
  const predicted = predictRuns(fit, runs);
  const sentences = [
    `Fitted to ${plural(fit.rows, "row")}: mean ${fit.delta === null ? "squared error r²/2" : "Huber loss"} ` +
      `${formatScientific(fit.huberMean, 4)} of the ${fit.residual === "raw" ? "losses" : "logarithms"}` +
      `${fit.delta === null ? "" : ` (δ = ${formatNumber(fit.delta)})`}; ` +
      `${fit.startsAtOptimum} of ${fit.starts} starts reached this optimum.`,
  ];
  if (predicted.length > 0) {
    const error = predictionError(predicted);
    sentences.push(
      `It meets these runs with a mean absolute error of <strong>${formatPercent(error.meanAbsolute)}</strong>, ` +
        `${formatPercent(error.worst)} at worst.`,
    );
  }
  if (fit.uncertainty !== undefined) {
    const { bootstrap, identification } = fit.uncertainty;
    sentences.push(
      [
        `Intervals and bands are ${COVERAGE} of ${bootstrap.params.length} refits of drawn ${drawnOf(bootstrap)}.`,
        ...identification.statements.map(escapeMarkup),
      ].join(" "),
    );
  }
  return [...sentences, ...fit.warnings.map((warning) => `Warning: ${escapeMarkup(warning)}`)];
}

/** The law's advice for each non-zero size of the runs, at the largest budget spent on it. */
export function describeOptima({ ofSizes }: Optima, runs: readonly ReportedRun[]): string[] {
  const sparsest = Math.max(...completedRuns(runs).map(targetSparsity));
  return ofSizes.map(({ nonzeroParams, sparse, dense }) => {
    const beyond = sparse.sparsity > sparsest ? " (beyond the sparsities that were measured)" : "";
    return (
      `At N = ${formatCount(nonzeroParams)} non-zero parameters and C = ${formatScientific(sparse.flops)} training FLOPs ` +
      `the optimal sparsity is <strong>${formatPercent(sparse.sparsity, 0)}</strong>${bandText(sparse)}${beyond} where training ` +
      `skips zeros, ${formatPercent(dense.sparsity, 0)}${bandText(dense)} where it does not; the sparse model is worth a dense one of ` +
      `${formatCount(sparse.denseEquivalent)} parameters.`
    );
  });
}

function bandText({ band }: BandedOptimum): string {
  if (band === undefined) return "";
  const [low, high] = [band.sparsity.low, band.sparsity.high].map((end) => formatPercent(end, 0));
  return ` (${COVERAGE}: ${low} … ${high})`;
}
