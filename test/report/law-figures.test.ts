/** Figures of a fit's uncertainty, read back from their marks; and figures of a table without runs. */
import { describe, expect, it } from "vitest";
import { denseEquivalentMultiplier } from "../../src/fit/advice/dense-equivalent.ts";
import type { FitResult } from "../../src/fit/fit-json.ts";
import { chinchillaLaw } from "../../src/fit/laws/chinchilla.ts";
import { rowOfRun } from "../../src/fit/table/rows-of-runs.ts";
import { quantile } from "../../src/fit/uncertainty/quantiles.ts";
import { regionsOf } from "../../src/report/data/histograms.ts";
import { lossesOfRows } from "../../src/report/data/measurements.ts";
import { accent } from "../../src/report/draw/colours.ts";
import { multiplierAt } from "../../src/report/figures/dense-equivalent.ts";
import { figuresOfLaw as drawLawFigures, fitOf, plantedParams, plantedRuns, withUncertainty } from "./fixture.ts";
import { parseSvg, titlesOf, verticesOf } from "./svg-reader.ts";

const rows = plantedRuns().map(({ result }, i) => ({ row: rowOfRun(result), name: `t.csv:${i + 2}` }));
const bare = fitOf(plantedParams, rows.length);
const fit = withUncertainty(bare);
const measured = lossesOfRows(rows, "tokens");
const figures = drawLawFigures(fit, measured);

type Vertex = readonly [number, number];
const linesOf = (svg: string) => [...parseSvg(svg).querySelectorAll('[aria-label="line"] path')].map(verticesOf);

describe("a table without runs", () => {
  it("has every figure that needs no run, with each row in it", () => {
    expect([...figures.keys()]).toEqual([
      "optimal-sparsity",
      "optimal-by-budget",
      "dense-equivalent",
      "prediction",
      "residuals",
      "loss-over-size",
      "loss-over-data",
      "bootstrap",
      "profiles",
    ]);
    for (const [name, times] of [
      ["prediction", 2],
      ["residuals", 3],
      ["loss-over-size", 1],
    ] as const) {
      const titles = titlesOf(figures.get(name)!);
      for (const i of rows.keys())
        expect(titles.filter((t) => t.startsWith(`t.csv:${i + 2}\n`)).length, name).toBe(times);
    }
  });

  it("has one colour for sparsities that differ by the rounding of a mask", () => {
    const levels = new Set(measured.measurements.map(({ level }) => level));
    expect(levels.size).toBe(4);
    expect(new Set(rows.map(({ row }) => row.sparsity)).size).toBe(4);
    const rounded = lossesOfRows(
      rows.map(({ row, name }, i) => ({ name, row: { ...row, sparsity: row.sparsity + (i % 3) * 1e-4 } })),
    );
    expect(new Set(rounded.measurements.map(({ level }) => level)).size).toBe(4);
  });

  it("names the unit of its data where it was said, and none where it was not", () => {
    expect(figures.get("loss-over-data")).toContain("training data D (tokens)");
    expect(figures.get("loss-over-data")).toContain("nats per token");
    const unnamed = drawLawFigures(fit, lossesOfRows(rows)).get("loss-over-data")!;
    expect(unnamed).not.toMatch(/token|undefined/);
    expect(unnamed).toContain("validation loss (nats)");
  });

  it("without rows leaves what the fit alone can show", () => {
    expect([...drawLawFigures(fit, lossesOfRows([])).keys()]).toEqual(["dense-equivalent", "bootstrap", "profiles"]);
    expect([...drawLawFigures(bare, lossesOfRows([])).keys()]).toEqual(["dense-equivalent"]);
  });

  it("of a law of one's own has the optimal sparsities that the sparse law has by its closed form", () => {
    const formula = "(aS*(1-S)^bS + cS)/N^bN + (aD/D)^bD + c";
    const own: FitResult = { ...bare, law: "own", source: { kind: "expression", formula }, formula };
    const drawn = drawLawFigures(own, measured);
    expect([...drawn.keys()]).toEqual(
      [...drawLawFigures(bare, measured).keys()].filter((n) => n !== "dense-equivalent"),
    );
    const [straight, curved] = [figures, drawn].map((of) => linesOf(of.get("optimal-sparsity")!));
    expect(curved!.length).toBe(straight!.length);
    const perPanel = curved!.length / 2;
    for (const [i, line] of curved!.entries()) {
      const [[x0, y0], [x1, y1]] = straight![i] as [Vertex, Vertex];
      // Pixels have two decimals; the line of 0 % is searched for at .1 %.
      const tolerance = i % perPanel === 0 ? 0.15 : 0.015;
      expect(line.length).toBe(17);
      for (const [x, y] of line)
        expect(Math.abs(y - (y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)))).toBeLessThan(tolerance);
    }
  });

  it("of a dense law has bands and no optimal sparsity", () => {
    const dense: FitResult = withUncertainty({
      ...bare,
      law: "chinchilla",
      source: { kind: "built-in", name: "chinchilla" },
      formula: chinchillaLaw.formula,
      params: { E: 0.8, A: 40, alpha: 0.23, B: 90, beta: 0.38 },
    });
    const names = [...drawLawFigures(dense, measured).keys()];
    expect(names).toEqual(["prediction", "residuals", "loss-over-size", "loss-over-data", "bootstrap", "profiles"]);
  });
});

describe("bands", () => {
  const areasOf = (svg: string) => [...parseSvg(svg).querySelectorAll('[aria-label="area"] path')];

  it("stand in the law's curves only where the fit has a bootstrap, one a curve", () => {
    const lines = [...parseSvg(figures.get("loss-over-size")!).querySelectorAll('[aria-label="line"] path')];
    expect(areasOf(figures.get("loss-over-size")!).length).toBe(lines.length);
    expect(areasOf(drawLawFigures(bare, measured).get("loss-over-size")!)).toEqual([]);
  });

  it("of m(S) are the refits' quantiles about the fit's own value", () => {
    const { multiple, band } = multiplierAt(fit, 0.75);
    expect(multiple).toBe(denseEquivalentMultiplier(plantedParams, 0.75));
    const refits = fit.uncertainty!.bootstrap.params.map((p) =>
      denseEquivalentMultiplier(p as typeof plantedParams, 0.75),
    );
    refits.sort((a, b) => a - b);
    expect(band).toEqual({ low: quantile(refits, 0.025), high: quantile(refits, 0.975) });
    expect(band!.low).toBeLessThan(multiple);
    expect(band!.high).toBeGreaterThan(multiple);
  });

  it("of the optimal sparsity hold its curve", () => {
    const svg = parseSvg(figures.get("optimal-by-budget")!);
    const panels = [...svg.querySelectorAll("svg > g")].filter((g) => g.querySelector('[aria-label="area"]'));
    expect(panels.length).toBe(2);
    for (const panel of panels) {
      const line = verticesOf(panel.querySelector('[aria-label="line"] path')!);
      const outline = verticesOf(panel.querySelector('[aria-label="area"] path')!);
      for (const [x, y] of line) {
        const [above, below] = edgesAt(outline, x);
        expect(y).toBeGreaterThan(above - 0.6);
        expect(y).toBeLessThan(below + 0.6);
      }
    }
  });

  /** Pixels of the upper and the lower edge of an area at x, its outline running there and back. */
  function edgesAt(outline: readonly (readonly [number, number])[], x: number): [number, number] {
    const half = outline.length / 2;
    const ys = [outline.slice(0, half), outline.slice(half).toReversed()].map((edge) => {
      const i = Math.min(
        Math.max(
          edge.findIndex(([at]) => at >= x),
          1,
        ),
        edge.length - 1,
      );
      const [[x0, y0], [x1, y1]] = [edge[i - 1]!, edge[i]!];
      return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
    });
    return [Math.min(...ys), Math.max(...ys)];
  }
});

describe("m(S)", () => {
  it("is drawn through 1 at S = 0, and labels each measured sparsity and the limit", () => {
    const svg = figures.get("dense-equivalent")!;
    const m = denseEquivalentMultiplier(plantedParams, 0.5).toPrecision(3);
    expect(titlesOf(svg).some((title) => title.includes(`m = ${Number(m)}×`))).toBe(true);
    expect(svg).toContain(`limit ${Number(denseEquivalentMultiplier(plantedParams, 1).toPrecision(3))} [`);
    expect(titlesOf(svg).length).toBe(4);
  });
});

describe("the corner of a bootstrap", () => {
  it("has a histogram for each parameter and a density for each pair", () => {
    const svg = parseSvg(figures.get("bootstrap")!);
    const names = Object.keys(plantedParams);
    expect(svg.querySelectorAll('[aria-label="frame"]').length).toBe((names.length * (names.length + 1)) / 2);
    const titles = [...svg.querySelectorAll("text")].map((text) => text.textContent ?? "");
    for (const name of names) expect(titles.filter((t) => t.startsWith(`${name} = `)).length, name).toBe(1);
    expect(figures.get("bootstrap")).toContain("2 more have no end.");
  });

  it("shades the fewest cells that hold 25, 50, 75 and 95 % of the refits", () => {
    const cells = new Map([
      [7, 5],
      [0, 25],
      [1, 25],
      [3, 20],
      [2, 25],
    ]);
    expect(regionsOf(cells).map(({ members }) => members)).toEqual([[0], [1], [2], [3]]);
  });

  it("leaves out a parameter that no refit moves, and is left out for fewer than two refits", () => {
    const { params } = fit.uncertainty!.bootstrap;
    const of = (refits: typeof params): FitResult => ({
      ...fit,
      uncertainty: { ...fit.uncertainty!, bootstrap: { ...fit.uncertainty!.bootstrap, params: refits } },
    });
    const held = drawLawFigures(of(params.map((p) => ({ ...p, c: plantedParams.c }))), measured).get("bootstrap")!;
    expect(parseSvg(held).querySelectorAll('[aria-label="frame"]').length).toBe(21);
    expect(drawLawFigures(of(params.slice(0, 1)), measured).has("bootstrap")).toBe(false);
  });
});

describe("profiles", () => {
  const svg = parseSvg(figures.get("profiles")!);
  const panels = [...svg.querySelectorAll("svg > g")].filter((g) => g.querySelector('[aria-label="rule"]'));

  it("shade up to where the curve crosses the threshold", () => {
    expect(panels.length).toBe(7);
    for (const panel of panels.slice(0, 6)) {
      const rect = panel.querySelector('[aria-label="rect"] rect')!;
      const [x, width] = ["x", "width"].map((name) => Number(rect.getAttribute(name)));
      const threshold = Number(panel.querySelector('[aria-label="rule"] line')!.getAttribute("y1"));
      for (const edge of [x!, x! + width!]) {
        const nearest = verticesOf(panel.querySelector('[aria-label="line"] path')!).toSorted(
          (a, b) => Math.abs(a[0] - edge) - Math.abs(b[0] - edge),
        )[0]!;
        expect(Math.abs(nearest[0] - edge)).toBeLessThan(0.1);
        expect(Math.abs(nearest[1] - threshold)).toBeLessThan(0.1);
      }
    }
  });

  it("say which parameter the data do not limit", () => {
    expect(figures.get("profiles")).toContain("The data do not limit c from both sides");
    expect(panels.at(-1)!.textContent).toMatch(/c = 0\.83 {2}\[no limit, /);
    expect(panels[0]!.textContent).not.toContain("no limit");
  });

  it("mark the fit itself at the bottom of each curve", () => {
    for (const panel of panels) {
      const lowest = Math.max(...verticesOf(panel.querySelector('[aria-label="line"] path')!).map(([, y]) => y));
      const mark = panel.querySelector(`[fill="${accent.light}"] circle`)!;
      expect(Math.abs(Number(mark.getAttribute("cy")) - lowest)).toBeLessThan(0.1);
    }
  });
});
