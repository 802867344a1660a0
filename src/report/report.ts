/** From runs and a fit to every file of a report; nothing here touches a disk. */
import type { FitResult } from "../fit/fit-json.ts";
import { optimaOfRuns } from "./data/optima.ts";
import { incompleteRuns, type ReportedRun } from "./data/reported-runs.ts";
import type { RunWeights } from "./data/weight-summary.ts";
import { drawFigures } from "./figures/index.ts";
import { renderPage } from "./page/page.ts";
import { incompleteTable, optimumTables, parameterTable, runTable, toCsv, toRecords } from "./page/tables.ts";

export interface ReportInput {
  readonly title: string;
  readonly runs: readonly ReportedRun[];
  /** Absent where too few runs completed; what needs it is then left out, and the page says so. */
  readonly fit?: FitResult | undefined;
  /** Of the checkpoint that the report looks into. */
  readonly weights?: RunWeights | undefined;
  /** Why there is no such checkpoint, as a sentence of the page. */
  readonly weightsAbsence?: string | undefined;
}

/**
 * The report's files by path: `report.html`, `figures/*.svg`, and each table as `tables/*.csv` and `tables/*.json`.
 *
 * The same input gives the same bytes.
 */
export function buildReport({ title, runs, fit, weights, weightsAbsence }: ReportInput): Map<string, string> {
  const { figures, absences } = drawFigures({ runs, fit, weights, weightsAbsence });
  const optima = optimaOfRuns(runs, fit);
  const tables = [
    ...(fit === undefined ? [] : [parameterTable(fit)]),
    ...(optima === undefined ? [] : optimumTables(optima)),
    runTable(runs, fit),
    incompleteTable(incompleteRuns(runs)),
  ];
  const files = new Map<string, string>();
  for (const [name, svg] of figures) files.set(`figures/${name}.svg`, svg);
  for (const table of tables) {
    files.set(`tables/${table.name}.csv`, toCsv(table));
    files.set(`tables/${table.name}.json`, `${JSON.stringify(toRecords(table), null, 2)}\n`);
  }
  if (fit !== undefined) files.set("fit.json", `${JSON.stringify(fit, null, 2)}\n`);
  return files.set("report.html", renderPage({ title, runs, fit, optima, figures, tables, absences }));
}
