import { parse } from "csv-parse/sync";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { optimalSparsity } from "../../src/fit/advice/optimal.ts";
import type { FitResult } from "../../src/fit/fit-json.ts";
import { chinchillaLaw } from "../../src/fit/laws/chinchilla.ts";
import { optimaOfRuns } from "../../src/report/data/optima.ts";
import { FIGURE_NAMES } from "../../src/report/figures/index.ts";
import { describeOptima, formulaHtml } from "../../src/report/page/summary.ts";
import { toCsv } from "../../src/report/page/tables.ts";
import { buildReport } from "../../src/report/report.ts";
import { endedAs, fitOf, plantedParams, plantedRuns, plantedWeights, withUncertainty } from "./fixture.ts";

const runs = plantedRuns();
const fit = fitOf(plantedParams, runs.length);
const files = buildReport({
  title: "A & B <sparse>",
  runs,
  fit: withUncertainty(fit),
  weights: plantedWeights(),
});
const html = files.get("report.html")!;
const page = parseHTML(html).document;

const chinchilla: FitResult = {
  ...fit,
  law: "chinchilla",
  source: { kind: "built-in", name: "chinchilla" },
  formula: chinchillaLaw.formula,
  params: { E: 0.8, A: 40, alpha: 0.23, B: 90, beta: 0.38 },
};

describe("the page", () => {
  it("asks nothing of the network and runs no script", () => {
    expect(html).not.toMatch(/<script|<link|<iframe|<img|@import|\bsrc=|href=/);
    expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\((?!#)/);
  });

  it("shows every figure that is also written as a file", () => {
    const svgs = [...files].filter(([path]) => path.endsWith(".svg"));
    expect(svgs.map(([path]) => path).sort()).toEqual(FIGURE_NAMES.map((name) => `figures/${name}.svg`).sort());
    for (const [path, svg] of svgs) expect(html.includes(svg), path).toBe(true);
  });

  it("has a section with configuration and result of every run", () => {
    const details = [...page.querySelectorAll("details")];
    expect(details.length).toBe(runs.length);
    for (const [i, { result }] of runs.entries()) {
      const [config, rest] = [...details[i]!.querySelectorAll("pre")].map((pre) => JSON.parse(pre.textContent!));
      expect({ ...rest, config }, result.id).toEqual(result);
    }
  });

  const hostile = `"><evil onload='x'>&`;
  const stringsOf = (value: object): string[] =>
    Object.entries(value).flatMap(([key, member]) => (typeof member === "string" ? [key] : []));

  it.each(stringsOf(runs[0]!.result))("shows %s of every run as text, whatever it holds", (key) => {
    const named = runs.map((run) => ({ ...run, result: { ...run.result, [key]: hostile } }) as typeof run);
    for (const [path, text] of buildReport({ title: "t", runs: named, fit }))
      if (!path.endsWith(".csv") && !path.endsWith(".json")) expect(text, path).not.toContain("<evil");
  });

  it.each([
    "law",
    "formula",
    "dataUnit",
    "warnings",
    "leftOut",
  ])("shows %s of the fit as text, whatever it holds", (key) => {
    const value = { warnings: [hostile], leftOut: [{ row: hostile, reason: hostile }] }[key] ?? hostile;
    for (const [path, text] of buildReport({ title: "t", runs, fit: { ...fit, [key]: value } as FitResult }))
      if (!path.endsWith(".csv") && !path.endsWith(".json")) expect(text, path).not.toContain("<evil");
  });

  it("shows titles, names and messages as text, not as markup", () => {
    const [first, ...others] = runs;
    const hostile = endedAs(first!, "failed", '<img src="x">');
    const named = { ...hostile, result: { ...hostile.result, name: "</title><b>&" } };
    const text = buildReport({ title: "A & B <sparse>", runs: [named, ...others], fit }).get("report.html")!;
    expect(text).toContain("<h1>A &amp; B &lt;sparse&gt;</h1>");
    expect(text).not.toMatch(/<img|<b>/);
  });

  it("gives ids once", () => {
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("advises what the law's optimum is", () => {
    const sentences = describeOptima(optimaOfRuns(runs, fit)!, runs);
    expect(sentences.length).toBe(3);
    expect(sentences.join(" ")).not.toContain("(95\u202f%");
    const largest = runs.filter((run) => run.result.nonzeroParams > 1e6);
    const nonzeroParams = Math.exp(
      largest.reduce((sum, run) => sum + Math.log(run.result.nonzeroParams), 0) / largest.length,
    );
    const flops = Math.max(...largest.map((run) => run.result.trainFlops));
    const { sparsity } = optimalSparsity({ law: plantedParams, nonzeroParams, flops });
    expect(sentences[2]).toContain(`<strong>${(100 * sparsity).toFixed(0)}\u202f%</strong>`);
    expect(page.querySelector("ul")!.textContent).toContain(`${(100 * sparsity).toFixed(0)}\u202f% (95\u202f%: `);
  });

  it("gives each prediction and each optimum the interval of the refits, in tables, too", () => {
    const records = (name: string) => JSON.parse(files.get(`tables/${name}.json`)!) as Record<string, number>[];
    const isInside = (record: Record<string, number>, name: string, value = record[name]!) =>
      record[`${name}Low`]! < value && value < record[`${name}High`]!;
    expect(records("runs").every((run) => isInside(run, "predicted", run.predictedLoss))).toBe(true);
    for (const table of ["optimal-of-sizes", "optimal-of-budgets"])
      for (const row of records(table)) {
        expect(isInside(row, "loss"), table).toBe(true);
        // At small budgets all refits leave the model dense.
        if (row.sparsityHigh! > 0) expect(row.sparsity, table).toBeLessThan(row.sparsityHigh!);
        if (row.sparsity! > 0) expect(row.sparsity, table).toBeGreaterThan(row.sparsityLow!);
      }
    const sizes = records("optimal-of-sizes");
    expect(sizes.every((row) => row.sparsityLow! > 0 && isInside(row, "sparsity"))).toBe(true);
    expect(Object.keys(parse(files.get("tables/runs.csv")!, { columns: true })[0] as object)).toEqual(
      Object.keys(records("runs")[0]!),
    );
  });

  it("lists the parameters with their units and intervals, an end that the data do not set left open", () => {
    const rows = [...page.querySelectorAll("table")]
      .find((table) => table.querySelector("caption")!.textContent!.startsWith("Parameters"))!
      .querySelectorAll("tbody tr");
    const cells = [...rows].map((row) => [...row.querySelectorAll("td")].map((td) => td.textContent));
    expect(cells.map(([name]) => name)).toEqual(Object.keys(plantedParams));
    expect(cells.at(-1)).toEqual(["c", "0.83", "nats", expect.stringMatching(/^0\.7\d+ … 0\.9/), "… 0.917"]);
  });

  it("writes the law with its numbers in place of its letters", () => {
    const numeric = (of: FitResult) => parseHTML(formulaHtml(of)).document.querySelector(".upright")!.innerHTML;
    expect(numeric(fit)).toBe(
      "L = (9.1·(1−S)<sup>1.1</sup> + 30)·(1/N)<sup>0.232</sup> + (1.3×10⁵/D)<sup>0.38</sup> + 0.83",
    );
    expect(numeric(chinchilla)).toBe("L = 0.8 + 40/N<sup>0.23</sup> + 90/D<sup>0.38</sup>");
  });
});

describe("a report with something missing", () => {
  const noteOf = (of: { runs: typeof runs; fit?: FitResult; weightsAbsence?: string }) =>
    [...parseHTML(buildReport({ title: "t", ...of }).get("report.html")!).document.querySelectorAll(".note")]
      .map((p) => p.textContent)
      .join(" ");

  it("says that there is no fit, and leaves out what needs one", () => {
    const built = buildReport({ title: "t", runs });
    expect([...built.keys()].filter((path) => path.endsWith(".svg"))).toEqual([
      "figures/loss-curves.svg",
      "figures/training-speed.svg",
    ]);
    expect([...built.keys()]).not.toContain("fit.json");
    expect(noteOf({ runs })).toContain("There is no fitted law");
  });

  it("says that a dense law has no optimal sparsity, and draws the rest", () => {
    const built = buildReport({ title: "t", runs, fit: chinchilla });
    expect(built.has("figures/optimal-sparsity.svg")).toBe(false);
    expect(built.has("figures/prediction.svg")).toBe(true);
    expect(noteOf({ runs, fit: chinchilla })).toContain("chinchilla law does not tell any two sparsities apart");
  });

  it("says why there is no figure of weights", () => {
    const weightsAbsence = "The run a<b has no checkpoint, so its weights are left out.";
    expect(noteOf({ runs, fit, weightsAbsence })).toContain(weightsAbsence);
    expect(buildReport({ title: "t", runs, fit, weightsAbsence }).has("figures/weights.svg")).toBe(false);
  });

  it("says that predictions stand without intervals, and draws no bootstrap and no profiles, of a fit that has none", () => {
    expect(noteOf({ runs, fit })).toContain("The fit has no bootstrap");
    expect(noteOf({ runs, fit: withUncertainty(fit) })).not.toContain("no bootstrap");
    const names = [...buildReport({ title: "t", runs, fit }).keys()];
    expect(names.filter((name) => /bootstrap|profiles/.test(name))).toEqual([]);
  });

  it("lists runs that did not complete, with their reason, and keeps them out of the law's figures", () => {
    const some = runs.map((run, i) => (i === 4 ? endedAs(run, "diverged", "loss was NaN at step 7") : run));
    const built = buildReport({ title: "t", runs: some, fit });
    const gone = runs[4]!.result.id;
    expect(noteOf({ runs: some, fit })).toContain(`planted ${gone} (diverged)`);
    expect(built.get("tables/incomplete-runs.csv")).toContain("loss was NaN at step 7");
    expect(built.get("tables/runs.csv")).not.toContain(`,${gone},`);
    expect(built.get("figures/prediction.svg")).not.toContain(`planted ${gone}\n`);
  });

  it("reads results whose NaN became null on disk", () => {
    const stored = JSON.parse(JSON.stringify(runs.map((run) => endedAs(run, "diverged", "NaN"))));
    expect(noteOf({ runs: stored, fit })).toContain("No run completed");
  });
});

describe("tables", () => {
  it("hold every completed run with all digits, in CSV as in JSON", () => {
    const records: Record<string, string>[] = parse(files.get("tables/runs.csv")!, { columns: true });
    const objects: Record<string, unknown>[] = JSON.parse(files.get("tables/runs.json")!);
    expect(records.length).toBe(runs.length);
    for (const [i, { result }] of runs.entries()) {
      for (const key of ["sparsity", "nonzeroParams", "dataSeen", "validLoss", "trainFlops"] as const) {
        expect(Number(records[i]![key]), `${result.id} ${key}`).toBe(result[key]);
        expect(objects[i]![key]).toBe(result[key]);
      }
    }
  });

  it("quote what CSV needs quoted, and leave missing numbers empty", () => {
    const columns = [{ key: "a" }, { key: "b" }];
    const text = toCsv({
      name: "t",
      caption: "",
      columns,
      rows: [{ a: 'say "x", y', b: Number.NaN }, { a: "two\nlines" }],
    });
    expect(text).toBe('a,b\n"say ""x"", y",\n"two\nlines",\n');
    expect(parse(text)).toEqual([
      ["a", "b"],
      ['say "x", y', ""],
      ["two\nlines", ""],
    ]);
  });

  it("of optimal sparsity rise with the budget", () => {
    const rows: Record<string, string>[] = parse(files.get("tables/optimal-of-budgets.csv")!, { columns: true });
    const sparsities = rows.map((row) => Number(row.sparsity));
    expect(sparsities.length).toBe(10);
    expect(sparsities).toEqual([...sparsities].sort((a, b) => a - b));
    for (const row of rows) expect(Number(row.sparsityAtDenseCost)).toBeLessThan(Number(row.sparsity));
  });
});
