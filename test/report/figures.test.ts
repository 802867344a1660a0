import { describe, expect, it } from "vitest";
import { costMultiplier } from "../../src/fit/advice/cost.ts";
import { chinchillaOptimalData } from "../../src/fit/advice/data.ts";
import { presets } from "../../src/fit/laws/presets.ts";
import { type SparseParams, sparseLaw } from "../../src/fit/laws/sparse.ts";
import { groupBySize } from "../../src/report/data/groups.ts";
import { predictionError, predictRuns } from "../../src/report/data/predictions.ts";
import type { ReportedRun } from "../../src/report/data/reported-runs.ts";
import { accent, sparsityScale } from "../../src/report/draw/colours.ts";
import { speedSeries } from "../../src/report/figures/training-speed.ts";
import { hasPaperRuns, skipNote } from "../fit/paper-runs.ts";
import {
  figuresOfRuns as drawFigures,
  endedAs,
  fitOf,
  paperRuns,
  plantedParams,
  plantedRuns,
  plantedWeights,
  withUncertainty,
} from "./fixture.ts";
import { logScalesOf, marksOf, parseSvg, titlesOf, verticesOf } from "./svg-reader.ts";

const planted = plantedRuns();
const plantedFit = withUncertainty(fitOf(plantedParams, planted.length));
const plantedFigures = drawFigures(planted, plantedFit, plantedWeights());

describe("every figure", () => {
  const cases: [string, ReportedRun[], SparseParams | undefined][] = [
    ["a whole grid", planted, plantedParams],
    ["one run", plantedRuns({ sizes: [1e5], sparsities: [0.6], data: [1e6] }), plantedParams],
    ["dense runs only", plantedRuns({ sparsities: [0] }), plantedParams],
    ["a law in which sparsity does nothing", planted, { ...plantedParams, aS: 0 }],
    ["a law without use for data", planted, { ...plantedParams, aD: 1e-30, bD: 3 }],
    ["a law whose optimum is out of sight", planted, { ...plantedParams, bN: 1e-3, bD: 1e-3 }],
    ["diverged runs", planted.map((run) => endedAs(run, "diverged", "NaN")), plantedParams],
    ["no fit", planted, undefined],
    ["no run", [], undefined],
  ];

  it.each(cases)("of %s has numbers in every path, no warning and no address", (_, runs, params) => {
    const fit = params && fitOf(params, runs.length);
    const figures = [...drawFigures(runs, fit), ...(fit ? drawFigures(runs, withUncertainty(fit, { spread: 2 })) : [])];
    for (const [name, svg] of figures) {
      expect(svg, name).not.toMatch(/NaN|Infinity|undefined|⚠|href|url\((?!#)/);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), name).not.toMatch(/https?:/);
    }
  });

  it("refers to clip paths that it has, and to each by one name", () => {
    for (const [name, svg] of plantedFigures) {
      const ids = [...svg.matchAll(/<clipPath id="([^"]+)"/g)].map((m) => m[1]);
      expect(new Set(ids).size, name).toBe(ids.length);
      for (const [, used] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids, name).toContain(used);
    }
  });

  it("is the same for the same data", () => {
    expect(drawFigures(planted, plantedFit, plantedWeights())).toEqual(plantedFigures);
  });

  it("replaces every colour of the sparsities on a dark screen", () => {
    for (const { ink } of [...sparsityScale([0, 0.5, 0.75, 0.875]).styles, { ink: accent }])
      for (const [name, svg] of plantedFigures)
        expect(svg, name).toContain(`.figure [fill="${ink.light}"]{fill:${ink.dark}}`);
  });
});

describe("every run is drawn", () => {
  const times = { "loss-over-size": 1, "loss-over-data": 1, prediction: 2, residuals: 3, "optimal-sparsity": 2 };
  it.each(Object.entries(times))("in %s %i time(s): once a panel", (name, count) => {
    const svg = plantedFigures.get(name as keyof typeof times)!;
    for (const { result } of planted) expect(marksOf(svg, result.id), result.id).toBe(count);
  });

  it("once in loss-curves as a line, finished or not, and as many marks as it has evaluations", () => {
    const runs = [endedAs(planted[0]!, "failed", "worker died"), ...planted.slice(1)];
    const svg = drawFigures(runs, undefined).get("loss-curves")!;
    const titles = titlesOf(svg);
    for (const { result, events } of runs) {
      expect(titles.filter((t) => t.endsWith(`(${result.id})`)).length, result.id).toBe(1);
      const evals = events.filter((e) => e.type === "eval").length;
      expect(titles.filter((t) => t.startsWith(`${result.name}\n`)).length, result.id).toBe(evals);
    }
  });

  it("in the colour and the shape of its sparsity", () => {
    const { styles } = sparsityScale([0, 0.5, 0.75, 0.875]);
    const marks = [...parseSvg(plantedFigures.get("loss-over-size")!).querySelectorAll('[aria-label="dot"]')];
    for (const { sparsity, colour } of styles) {
      const runs = planted.filter((run) => run.result.config.sparsity.final === sparsity);
      const shapes = marks.filter((g) => g.getAttribute("fill") === colour && g.querySelector("title"));
      expect(shapes.length, `S = ${sparsity}`).toBe(runs.length);
    }
  });
});

it("a legend names the sparsities that its figure shows, and no other", () => {
  const runs = plantedRuns({ sparsities: [0, 0.6] });
  const figures = drawFigures(runs, fitOf(plantedParams, runs.length));
  const entriesOf = (name: "prediction" | "optimal-sparsity") =>
    [...parseSvg(figures.get(name)!).querySelector("svg > g")!.querySelectorAll("text")]
      .slice(1)
      .map((t) => t.textContent);
  expect(entriesOf("prediction")).toEqual(["0 (dense)", "60\u202f%"]);
  expect(entriesOf("optimal-sparsity")).toEqual(["0 (dense)", "50\u202f%", "60\u202f%", "75\u202f%", "87.5\u202f%"]);
});

describe("contours of the optimal sparsity", () => {
  const laws = { planted: plantedParams, ...presets };
  const costs = ["sparse", "dense"] as const;

  it.each(Object.entries(laws))("of %s pass through the sparsity of lowest loss, as drawn", (name, params) => {
    const { panels, styles } = contourPanels(params);
    for (const [p, cost] of costs.entries()) {
      const scales = logScalesOf(panels[p]!);
      for (const { sparsity, colour } of styles.filter((s) => s.sparsity > 0)) {
        for (const [px, py] of verticesOf(lineOf(panels[p]!, colour))) {
          const [nonzeroParams, flops] = [scales.x(px), scales.y(py)];
          const best = scanOptimum(params, nonzeroParams, flops, cost);
          expect(1 - best, `${name} ${cost} S = ${sparsity} N = ${nonzeroParams}`).toSatisfy(
            (density: number) => Math.abs(Math.log(density / (1 - sparsity))) < 0.02,
          );
        }
      }
    }
  });

  it.each(Object.entries(laws))("of %s are parallel to the dense compute-optimal line", (_, params) => {
    const { panels, styles } = contourPanels(params);
    for (const panel of panels) {
      const slopes = [...styles.map((s) => s.colour), DENSE_LINE].map((colour) => slopeOf(lineOf(panel, colour)));
      for (const slope of slopes) expect(slope).toBeCloseTo(slopes[0]!, 3);
    }
  });

  it("of planted stand beside 6·N·D*(N), the dense line", () => {
    const { panels } = contourPanels(plantedParams);
    const scales = logScalesOf(panels[0]!);
    for (const [px, py] of verticesOf(lineOf(panels[0]!, DENSE_LINE))) {
      const n = scales.x(px);
      expect(scales.y(py) / (6 * n * chinchillaOptimalData(plantedParams, n))).toBeCloseTo(1, 1);
    }
  });

  const DENSE_LINE = "#1c1f24";

  function contourPanels(params: SparseParams) {
    const svg = drawFigures(planted, fitOf(params, planted.length)).get("optimal-sparsity")!;
    const groups = [...parseSvg(svg).querySelectorAll("svg > g")].filter((g) =>
      g.querySelector('[aria-label="frame"]'),
    );
    return { panels: groups, styles: sparsityScale([0, 0.5, 0.75, 0.875]).styles };
  }

  const lineOf = (panel: Element, colour: string): Element =>
    panel.querySelector(`[aria-label="line"] [stroke="${colour}"] path`)!;

  function slopeOf(line: Element): number {
    const [[x1, y1], [x2, y2]] = verticesOf(line) as [[number, number], [number, number]];
    return (y2 - y1) / (x2 - x1);
  }

  /** The lowest loss of a fine grid of densities: no derivative, nothing of the figure's formula. */
  function scanOptimum(params: SparseParams, nonzeroParams: number, flops: number, cost: "sparse" | "dense"): number {
    let best = { sparsity: 0, loss: Number.POSITIVE_INFINITY };
    for (let i = 0; i < 4000; i++) {
      const sparsity = 1 - 0.999 ** i;
      const data = flops / (6 * nonzeroParams * costMultiplier(sparsity, cost));
      const loss = sparseLaw.predict(params, { sparsity, nonzeroParams, data });
      if (loss < best.loss) best = { sparsity, loss };
    }
    return best.sparsity;
  }
});

describe("training speed", () => {
  it("compares runs of one dense size only, by the steps after the ramp", () => {
    const runs = plantedRuns({ sizes: [1e5, 4e5], data: [1e6] });
    const series = speedSeries(runs);
    for (const { denseParams, points } of series) {
      expect(points.length).toBeGreaterThan(1);
      for (const { sparsity, stepMs } of points) {
        const expected = 2 + denseParams * 2e-5 * (0.12 + 0.88 * (1 - sparsity));
        expect(Math.abs(stepMs / expected - 1), `dense ${denseParams} S = ${sparsity}`).toBeLessThan(0.03);
      }
    }
    expect(series.map((s) => s.points.map((p) => p.sparsity))).toEqual([
      [0, 0.75],
      [0.5, 0.875],
    ]);
  });

  it("does not compare different batches, thread counts or kernels", () => {
    const [dense, sparse] = plantedRuns({ sizes: [1e5], sparsities: [0, 0.5], data: [1e6], noise: 0 }) as [
      ReportedRun,
      ReportedRun,
    ];
    const alike = { ...sparse, result: { ...sparse.result, denseParams: dense.result.denseParams } };
    expect(speedSeries([dense, alike]).length).toBe(1);
    expect(speedSeries([dense, { ...alike, result: { ...alike.result, threads: 2 } }])).toEqual([]);
    expect(speedSeries([dense, { ...alike, result: { ...alike.result, variant: "relaxed" } }])).toEqual([]);
  });
});

describe("predictions", () => {
  it("of planted runs are off by the planted noise", () => {
    const runs = plantedRuns({ noise: 0.01, seed: 7 });
    const error = predictionError(predictRuns(fitOf(plantedParams, runs.length), runs));
    expect(error.rootMeanSquare).toBeGreaterThan(0.007);
    expect(error.rootMeanSquare).toBeLessThan(0.013);
    expect(error.worst).toBeGreaterThanOrEqual(error.rootMeanSquare);
    expect(error.rootMeanSquare).toBeGreaterThanOrEqual(error.meanAbsolute);
  });

  it.skipIf(!hasPaperRuns)(`of the paper's runs by the paper's laws are within 1 % on average${skipNote}`, () => {
    for (const [table, law] of [
      ["t5", "t5-c4"],
      ["vit", "vit-jft"],
    ] as const) {
      const runs = paperRuns(table);
      expect(predictionError(predictRuns(fitOf(presets[law], runs.length), runs)).meanAbsolute, table).toBeLessThan(
        0.01,
      );
    }
  });
});

it("sizes of a grid that are equal up to rounding fall into one group, factors of two do not", () => {
  const groups = groupBySize([1.02e6, 2e6, 0.98e6, 1e6, 2.1e6, 4e6], (size) => size);
  expect(groups.map((g) => g.members.length)).toEqual([3, 2, 1]);
});

it("labels of the step times stand above the lines of all series", () => {
  const svg = plantedFigures.get("training-speed")!;
  const labels = [...svg.matchAll(/dense parameters<\/text>/g)].map((match) => match.index);
  expect(labels.length).toBeGreaterThan(1);
  expect(labels[0]).toBeGreaterThan(svg.lastIndexOf('aria-label="line"'));
});

describe("snapshots", () => {
  const few = plantedRuns({ sizes: [1e5, 4e5], sparsities: [0, 0.75], data: [1e6, 4e6] });
  const fit = withUncertainty(fitOf(plantedParams, few.length), { refits: 60 });
  it.each([...drawFigures(few, fit, plantedWeights())])("%s is as reviewed", async (name, svg) => {
    await expect(svg).toMatchFileSnapshot(`__snapshots__/${name}.svg`);
  });
});
