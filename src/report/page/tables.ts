/** The report's tables: one list of columns each, from which CSV, JSON and HTML are made. */
import { formatCount, formatDuration, formatNumber, formatPercent, formatScientific } from "../../core/format.ts";
import { type FitResult, lawOfFit } from "../../fit/fit-json.ts";
import { predictWithBand } from "../../fit/predict.ts";
import { COVERAGE } from "../data/bands.ts";
import type { Optima, SizeOptimum } from "../data/optima.ts";
import { predictRuns } from "../data/predictions.ts";
import { completedRuns, type ReportedRun, runLabel } from "../data/reported-runs.ts";
import { escapeMarkup } from "../draw/markup.ts";

export type Cell = string | number | boolean | undefined;

export interface Column {
  /** Name in CSV and JSON, with the unit where it is not plain. */
  readonly key: string;
  /** Heading for people; columns without stand in CSV and JSON only. */
  readonly label?: string;
  readonly format?: (value: number) => string;
  /** Of an interval: the keys of its ends, which stand in CSV and JSON in its place. */
  readonly ends?: readonly [low: string, high: string];
}

export interface Table {
  /** File name without extension. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

const loss = (value: number) => value.toFixed(4);
/** Fixed decimals without the sign, which the heading has: a column of them lines up. */
const percent = (decimals: number) => (value: number) => (100 * value).toFixed(decimals).replace("-", "−");

/** A 95 % interval of the quantity of this name. */
const interval = (key: string, label: string, format: (value: number) => string): Column => ({
  key: `${key}Interval`,
  label,
  format,
  ends: [`${key}Low`, `${key}High`],
});

/** The ends of an interval as a row has them. */
const endsOf = (key: string, ends: { low: number | null; high: number | null } | null | undefined) => ({
  [`${key}Low`]: ends?.low ?? undefined,
  [`${key}High`]: ends?.high ?? undefined,
});

const RUN_COLUMNS: readonly Column[] = [
  { key: "run", label: "run" },
  { key: "id" },
  { key: "status" },
  { key: "sparsity", label: "S", format: formatPercent },
  { key: "pattern" },
  { key: "nonzeroParams", label: "non-zero N", format: formatCount },
  { key: "denseParams", label: "dense", format: formatCount },
  { key: "totalParams" },
  { key: "dataSeen", label: "data D", format: formatCount },
  { key: "dataUnit" },
  { key: "steps" },
  { key: "trainFlops", label: "FLOPs C", format: formatScientific },
  { key: "validLoss", label: "loss", format: loss },
  { key: "predictedLoss", label: "law", format: loss },
  interval("predicted", COVERAGE, loss),
  { key: "residual", label: "off by (%)", format: percent(2) },
  { key: "validAccuracy", label: "accuracy (%)", format: percent(1) },
  { key: "trainLoss" },
  { key: "seconds", label: "time", format: formatDuration },
  { key: "stepsPerSecond", label: "steps/s", format: formatNumber },
  { key: "seed" },
  { key: "threads" },
  { key: "variant" },
  { key: "turbo" },
  { key: "switchDensity" },
  { key: "lossHash" },
];

/** Every completed run, with the law's prediction where there is a fit. */
export function runTable(runs: readonly ReportedRun[], fit: FitResult | undefined): Table {
  const predictions = new Map(fit ? predictRuns(fit, runs).map((p) => [p.run, p]) : []);
  const rows = completedRuns(runs).map((run) => {
    const { result } = run;
    const { pattern } = result.config.sparsity;
    const prediction = predictions.get(run);
    return {
      ...result,
      config: undefined,
      run: runLabel(run),
      pattern: pattern.kind === "nm" ? `${pattern.n}:${pattern.m}` : pattern.kind,
      seed: result.config.seed,
      ...(prediction && {
        predictedLoss: prediction.predicted,
        ...endsOf("predicted", predictWithBand(fit!, prediction.measurement).interval),
        residual: prediction.residual,
      }),
    };
  });
  return { name: "runs", caption: "Completed runs", columns: RUN_COLUMNS.filter(isFilled(rows)), rows };
}

/** Leaves out columns that no row has, such as predictions without a fit. */
const isFilled =
  (rows: Table["rows"]) =>
  (column: Column): boolean =>
    rows.some((row) => keysOf([column]).some((key) => row[key] !== undefined));

/** Runs that did not complete, and why. */
export function incompleteTable(runs: readonly ReportedRun[]): Table {
  const rows = runs.map((run) => ({
    run: runLabel(run),
    id: run.result.id,
    status: run.result.status === "completed" ? "without a finite loss" : run.result.status,
    sparsity: run.result.config.sparsity.final,
    nonzeroParams: run.result.nonzeroParams,
    lastStep: run.events.findLast((event) => event.type === "step")?.step,
    message: run.result.message,
  }));
  const columns: Column[] = [
    { key: "run", label: "run" },
    { key: "id" },
    { key: "status", label: "status" },
    { key: "sparsity", label: "S", format: formatPercent },
    { key: "nonzeroParams", label: "non-zero N", format: formatCount },
    { key: "lastStep", label: "last step", format: String },
    { key: "message", label: "why" },
  ];
  return { name: "incomplete-runs", caption: "Runs that did not complete", columns, rows };
}

const PARAMETER_COLUMNS: readonly Column[] = [
  { key: "parameter", label: "parameter" },
  { key: "value", label: "value", format: (value) => formatNumber(value, 4) },
  { key: "unit", label: "unit" },
  interval("bootstrap", `${COVERAGE} bootstrap`, formatNumber),
  interval("profile", `${COVERAGE} profile`, formatNumber),
];

/** The fitted parameters, with the intervals that there are. */
export function parameterTable(fit: FitResult): Table {
  const { units = {} } = lawOfFit(fit);
  const rows = Object.entries(fit.params).map(([parameter, value]) => ({
    parameter,
    value,
    unit: units[parameter],
    ...endsOf("bootstrap", fit.uncertainty?.intervals[parameter]),
    ...endsOf("profile", fit.uncertainty?.profiles.find((profile) => profile.parameter === parameter)?.interval),
  }));
  const columns = PARAMETER_COLUMNS.filter(isFilled(rows));
  return { name: "parameters", caption: `Parameters of the ${fit.law} law`, columns, rows };
}

export const FIT_TABLE_NAMES = ["parameters", "optimal-of-sizes", "optimal-of-budgets"] as const;

const OPTIMUM_COLUMNS: readonly Column[] = [
  { key: "nonzeroParams", label: "non-zero N", format: formatCount },
  { key: "flops", label: "FLOPs C", format: formatScientific },
  { key: "multiple", label: "C / dense-optimal C", format: formatNumber },
  { key: "sparsity", label: "optimal S, sparse cost (%)", format: percent(1) },
  interval("sparsity", COVERAGE, percent(1)),
  { key: "data", label: "data D", format: formatCount },
  { key: "loss", label: "loss", format: loss },
  interval("loss", COVERAGE, loss),
  { key: "denseEquivalent", label: "dense size of the same loss", format: formatCount },
  { key: "sparsityAtDenseCost", label: "optimal S, dense cost (%)", format: percent(1) },
  interval("sparsityAtDenseCost", COVERAGE, percent(1)),
];

/** What a law recommends. */
export function optimumTables({ ofSizes, ofMultiples }: Optima): Table[] {
  const table = (name: (typeof FIT_TABLE_NAMES)[number], caption: string, optima: readonly SizeOptimum[]): Table => {
    const rows = optima.map(optimumRow);
    return { name, caption, columns: OPTIMUM_COLUMNS.filter(isFilled(rows)), rows };
  };
  return [
    table("optimal-of-sizes", "Optimal sparsity for the largest budget of each size", ofSizes),
    table("optimal-of-budgets", "Optimal sparsity by budget, at the largest size", ofMultiples),
  ];
}

const optimumRow = ({ nonzeroParams, sparse, dense }: SizeOptimum) => ({
  nonzeroParams,
  flops: sparse.flops,
  multiple: sparse.multiple,
  sparsity: sparse.sparsity,
  ...endsOf("sparsity", sparse.band?.sparsity),
  data: sparse.data,
  loss: sparse.loss,
  ...endsOf("loss", sparse.band?.loss),
  denseEquivalent: sparse.denseEquivalent,
  sparsityAtDenseCost: dense.sparsity,
  ...endsOf("sparsityAtDenseCost", dense.band?.sparsity),
});

/** RFC 4180; a missing or infinite number is an empty cell. */
export function toCsv({ columns, rows }: Table): string {
  const text = (cell: Cell) => (typeof cell === "number" && !Number.isFinite(cell) ? "" : `${cell ?? ""}`);
  const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(",")}\n`;
  const keys = keysOf(columns);
  return [keys, ...rows.map((row) => keys.map((key) => text(row[key])))].map(line).join("");
}

/** The rows as objects; what a run does not have is null. */
export const toRecords = ({ columns, rows }: Table): Record<string, string | number | boolean | null>[] =>
  rows.map((row) => Object.fromEntries(keysOf(columns).map((key) => [key, row[key] ?? null])));

const keysOf = (columns: readonly Column[]): string[] => columns.flatMap(({ key, ends }) => ends ?? [key]);

export function toHtmlTable({ caption, columns, rows }: Table): string {
  const shown = columns.filter((column) => column.label !== undefined);
  const cell = (row: Table["rows"][number], { key, format = String, ends }: Column) => {
    if (ends !== undefined)
      return `<td class="number">${intervalText(
        ends.map((end) => row[end]),
        format,
      )}</td>`;
    const value = row[key];
    if (typeof value !== "number") return `<td>${escapeMarkup(String(value ?? "–"))}</td>`;
    return `<td class="number">${Number.isFinite(value) ? format(value) : "–"}</td>`;
  };
  const heads = shown
    .map((c) => `<th scope="col"${c.format ? ' class="number"' : ""}>${escapeMarkup(c.label!)}</th>`)
    .join("");
  const body = rows.map((row) => `<tr>${shown.map((column) => cell(row, column)).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table><caption>${escapeMarkup(caption)}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${body}
</tbody></table></div>`;
}

/** "0.6 … 0.8"; an end that the data do not set is left open. */
function intervalText(ends: readonly Cell[], format: (value: number) => string): string {
  if (ends.every((end) => end === undefined)) return "–";
  return ends
    .map((end) => (typeof end === "number" ? format(end) : ""))
    .join(" … ")
    .trim();
}
