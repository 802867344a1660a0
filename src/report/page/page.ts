/** The report as one self-contained HTML file: no request, no script, light and dark, fit to print. */
import { formatPercent } from "../../core/format.ts";
import type { FitResult } from "../../fit/fit-json.ts";
import type { Optima } from "../data/optima.ts";
import { incompleteRuns, type ReportedRun, runLabel } from "../data/reported-runs.ts";
import { ink, muted, paper, shade } from "../draw/colours.ts";
import { escapeMarkup } from "../draw/markup.ts";
import { describeFit, describeOptima, describeRuns, formulaHtml } from "./summary.ts";
import { type Table, toHtmlTable } from "./tables.ts";

export interface PageContent {
  readonly title: string;
  readonly runs: readonly ReportedRun[];
  readonly fit: FitResult | undefined;
  readonly optima: Optima | undefined;
  /** SVG by name, in the order to show. */
  readonly figures: ReadonlyMap<string, string>;
  readonly tables: readonly Table[];
  /** Why others are left out, as sentences. */
  readonly absences: readonly string[];
}

export function renderPage({ title, runs, fit, optima, figures, tables, absences }: PageContent): string {
  const notes = [...(runs.length === 0 ? [] : absences.map(escapeMarkup)), ...missingRuns(runs)];
  const sections = [
    summary(runs, fit, optima, notes),
    section("Figures", [...figures.values()].map((svg) => `<figure>${svg}</figure>`).join("\n")),
    section(
      "Tables",
      tables
        .filter((table) => table.rows.length > 0)
        .map(toHtmlTable)
        .join("\n"),
    ),
    section("Runs", runs.map(runDetails).join("\n")),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeMarkup(title)}</h1><p class="muted">${dateline(runs)}</p></header>
${sections.filter(Boolean).join("\n")}
</body>
</html>
`;
}

function dateline(runs: readonly ReportedRun[]): string {
  const versions = [...new Set(runs.map((run) => run.result.version))].map((version) => `sparselaw ${version}`);
  const last = runs
    .map((run) => run.result.finishedAt)
    .sort()
    .at(-1);
  return [...versions, ...(last === undefined ? [] : [`last run finished ${last.slice(0, 16).replace("T", " ")} UTC`])]
    .map(escapeMarkup)
    .join(" · ");
}

function summary(
  runs: readonly ReportedRun[],
  fit: FitResult | undefined,
  optima: Optima | undefined,
  notes: readonly string[],
): string {
  const law =
    fit === undefined ? "" : `<h3>The fitted law</h3>\n${formulaHtml(fit)}\n${paragraphs(describeFit(fit, runs))}`;
  const sentences = optima === undefined ? [] : describeOptima(optima, runs);
  const advice =
    sentences.length === 0
      ? ""
      : `<h3>Optimal sparsity</h3>\n<ul>${sentences.map((s) => `<li>${s}</li>`).join("\n")}</ul>`;
  return section(
    "Summary",
    [`<p>${describeRuns(runs)}</p>`, law, advice, paragraphs(notes, "note")].filter(Boolean).join("\n"),
  );
}

function missingRuns(runs: readonly ReportedRun[]): string[] {
  const names = incompleteRuns(runs).map((run) => `${runLabel(run)} (${run.result.status})`);
  return names.length === 0
    ? []
    : [`Left out of the law's figures and of the table of runs: ${escapeMarkup(names.join(", "))}.`];
}

function runDetails(run: ReportedRun): string {
  const { config, ...result } = run.result;
  const json = (value: unknown) => `<pre>${escapeMarkup(JSON.stringify(value, null, 2))}</pre>`;
  const state = Number.isFinite(run.result.validLoss) ? `loss ${run.result.validLoss.toFixed(4)}` : run.result.status;
  const label = `${runLabel(run)} · S = ${formatPercent(run.result.sparsity)} · ${state}`;
  return `<details><summary>${escapeMarkup(label)}</summary>
<div class="columns"><div><h4>Configuration</h4>${json(config)}</div><div><h4>Result</h4>${json(result)}</div></div></details>`;
}

const section = (heading: string, body: string): string =>
  body === "" ? "" : `<section><h2>${heading}</h2>\n${body}\n</section>`;

const paragraphs = (sentences: readonly string[], className = ""): string =>
  sentences.map((s) => `<p${className && ` class="${className}"`}>${s}</p>`).join("\n");

const STYLE = `
:root{--paper:${paper.light};--ink:${ink.light};--muted:${muted.light};--shade:${shade.light}}
@media screen and (prefers-color-scheme:dark){:root{--paper:${paper.dark};--ink:${ink.dark};--muted:${muted.dark};--shade:${shade.dark}}}
body{margin:0 auto;max-width:928px;padding:24px 16px 64px;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}h2{font-size:20px;margin:40px 0 12px;padding-bottom:4px;border-bottom:1px solid var(--shade)}
h3{font-size:16px;margin:24px 0 6px}h4{font-size:13px;margin:8px 0}p{margin:6px 0}.muted,caption{color:var(--muted)}
.formula{font:italic 17px/1.7 "STIX Two Text",Cambria,Georgia,"DejaVu Serif",serif;margin:4px 0 4px 20px}p.upright{font-style:normal}.formula sub,.formula sup{font-size:75%;line-height:0}
.note{background:var(--shade);padding:8px 12px;border-radius:4px}li{margin:4px 0}
figure{margin:0 -16px 16px;overflow-x:auto}figure svg{display:block;max-width:100%;min-width:720px;height:auto}
.scroll{overflow-x:auto;margin:0 0 28px}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;width:100%}
caption{text-align:left;font-weight:600;padding:4px 0}th,td{text-align:left;padding:3px 10px 3px 0;border-bottom:1px solid var(--shade);white-space:nowrap}
th{vertical-align:bottom;white-space:normal}.number{text-align:right}
details{border-bottom:1px solid var(--shade);padding:4px 0}summary{cursor:pointer;font-size:13px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:16px}pre{font-size:12px;line-height:1.4;background:var(--shade);padding:10px;border-radius:4px;overflow-x:auto;margin:0}
@media print{body{max-width:none;padding:0;font-size:11pt}h2{break-after:avoid}figure,tr{break-inside:avoid}figure{margin:0 0 12px;overflow:visible}figure svg{min-width:0}section:has(details):not(:has([open])),details:not([open]){display:none}.scroll{overflow:visible}table{font-size:8pt}td,th{padding-right:6px}}
`;
