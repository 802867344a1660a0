/** How the parameters of the bootstrap's refits spread, and which of them trade against each other. */

import * as Plot from "@observablehq/plot";
import { formatNumber, formatPercent, plural } from "../../core/format.ts";
import { type FitResult, lawOfFit } from "../../fit/fit-json.ts";
import type { Params } from "../../fit/laws/index.ts";
import { intervalOf, quantile } from "../../fit/uncertainty/index.ts";
import { COVERAGE } from "../data/bands.ts";
import { binsFor, cellsOf, histogramOf, regionsOf } from "../data/histograms.ts";
import { accent, ink, muted } from "../draw/colours.ts";
import { formatTick, type ParameterScale, parameterScale } from "../draw/parameter-scale.ts";
import { compose, type Drawing, FIGURE_WIDTH, type Panel, panel } from "../draw/svg.ts";
import type { ReportFigure } from "./figure.ts";

const LEFT = 58;
const GAP = 10;
/** Pixels of a cell at most. */
const LARGEST = 220;
/** The share of the refits that the axes leave out at either end. */
const TAIL = 0.005;
/** Room below the last row for ticks, the names and the figure's edge. */
const BELOW = 44;

interface Axis {
  readonly name: string;
  readonly best: number;
  readonly values: readonly number[];
  readonly scale: ParameterScale;
}

export const figure = {
  name: "bootstrap",
  draw: ({ fit }) => fit && bootstrapFigure(fit),
  absence: ({ fit }) =>
    fit !== undefined && fit.uncertainty === undefined
      ? "The fit has no bootstrap, so predictions and optimal sparsities stand without intervals."
      : undefined,
} as const satisfies ReportFigure;

/**
 * Refits of the bootstrap: each parameter's histogram on the diagonal, each pair's density below it; undefined for a
 * fit without a bootstrap.
 *
 * Units     those of the published parameters: N in parameters, D in tokens or images, L in nats
 */
function bootstrapFigure(fit: FitResult): Drawing | undefined {
  const bootstrap = fit.uncertainty?.bootstrap;
  if (bootstrap === undefined || bootstrap.params.length < 2) return undefined;
  const { parameters } = lawOfFit(fit);
  const size = Math.min(LARGEST, Math.floor((FIGURE_WIDTH - 32 - LEFT) / parameters.length) - GAP);
  const axes = parameters.flatMap((name) => axisOf(name, fit.params[name]!, bootstrap.params, size));
  const drawn = bootstrap.kind === "cases" ? "rows" : "blocks of rows";
  const failed = bootstrap.failed === 0 ? "" : ` ${bootstrap.failed} more have no end.`;
  return {
    title: `The parameters of ${plural(bootstrap.params.length, "refit")} to ${drawn} drawn with replacement`,
    subtitle:
      `Diagonal: histograms, full within the ${COVERAGE} interval. Below: the densest regions with 25, 50, 75 and ${COVERAGE} ` +
      `of the refits, dark to light. Crosses and lines: the fit itself. Axes hold the central ${formatPercent(1 - 2 * TAIL)}.${failed}`,
    columns: 1,
    panels: [cornerOf(axes, size)],
  };
}

/** None for a parameter that no refit moves. */
function axisOf(name: string, best: number, refits: readonly Params[], size: number): Axis[] {
  const values = refits.map((params) => params[name]!);
  const finite = values.filter(Number.isFinite);
  const low = Math.min(best, quantile(finite, TAIL));
  const high = Math.max(best, quantile(finite, 1 - TAIL));
  return low < high ? [{ name, best, values, scale: parameterScale([low, high], size) }] : [];
}

function cornerOf(axes: readonly Axis[], size: number): Panel {
  const places = axes.flatMap((yAxis, row) =>
    axes.slice(0, row + 1).map((xAxis, column) => ({
      x: LEFT + column * (size + GAP),
      y: 20 + row * (size + GAP),
      panel: cell(xAxis, yAxis, { size, isLast: row === axes.length - 1, isFirst: column === 0 && row > 0 }),
    })),
  );
  const whole = compose(places);
  return { ...whole, height: whole.height + BELOW };
}

interface Place {
  readonly size: number;
  readonly isLast: boolean;
  readonly isFirst: boolean;
}

function cell(xAxis: Axis, yAxis: Axis, place: Place): Panel {
  const isDiagonal = xAxis === yAxis;
  return panel({
    margin: 0,
    axis: null,
    width: place.size,
    height: place.size,
    x: { type: "linear", domain: [0, 1], label: null },
    y: { type: "linear", domain: [0, 1], label: null },
    marks: [
      ...(isDiagonal ? histogram(xAxis) : density(xAxis, yAxis)),
      Plot.frame({ stroke: muted.light, strokeOpacity: 0.5 }),
      ...(place.isLast ? xTicks(xAxis) : []),
      ...(place.isFirst ? yTicks(yAxis) : []),
      ...(isDiagonal ? [cellTitle(xAxis)] : []),
    ],
  });
}

const cellTitle = ({ name, best }: Axis): Plot.Markish =>
  Plot.text([`${name} = ${formatNumber(best)}`], { frameAnchor: "top", dy: -12, fontWeight: "600" });

const quiet = { fill: muted.light, stroke: muted.light } as const;

function xTicks({ name, scale }: Axis): Plot.Markish[] {
  const axis = { ...quiet, label: null, tickSize: 4, text: (share: number) => formatTick(scale.at(share)) };
  const label = Plot.text([name], { frameAnchor: "bottom", dy: 34, fill: ink.light });
  return [Plot.axisX(scale.ticks.map(scale.share), axis), label];
}

function yTicks({ name, scale }: Axis): Plot.Markish[] {
  const axis = { ...quiet, label: null, tickSize: 4, text: (share: number) => formatTick(scale.at(share)) };
  const label = Plot.text([name], { frameAnchor: "left", dx: -51, rotate: -90, fill: ink.light });
  return [Plot.axisY(scale.ticks.map(scale.share), axis), label];
}

function histogram({ values, best, scale }: Axis): Plot.Markish[] {
  const bins = binsFor(values.length);
  const counts = histogramOf(values.map(scale.share), bins);
  const most = Math.max(...counts) * 1.1;
  const interval = intervalOf(values.filter(Number.isFinite));
  const [low, high] = [scale.share(interval.low), scale.share(interval.high)];
  const bars = counts.map((count, i) => ({ x1: i / bins, x2: (i + 1) / bins, y: count / most, count }));
  const inside = ({ x1, x2 }: (typeof bars)[0]) => (x1 + x2) / 2 >= low && (x1 + x2) / 2 <= high;
  const bar = { x1: "x1", x2: "x2", y1: 0, y2: "y", fill: accent.light, inset: 0 } as const;
  return [
    Plot.rect(
      bars.filter((b) => b.count > 0 && !inside(b)),
      { ...bar, fillOpacity: 0.25 },
    ),
    Plot.rect(
      bars.filter((b) => b.count > 0 && inside(b)),
      { ...bar, fillOpacity: 0.7 },
    ),
    Plot.ruleX([scale.share(best)], { stroke: ink.light, strokeWidth: 1.4 }),
  ];
}

function density(xAxis: Axis, yAxis: Axis): Plot.Markish[] {
  const bins = binsFor(xAxis.values.length);
  const shares = xAxis.values.map((x, i) => [xAxis.scale.share(x), yAxis.scale.share(yAxis.values[i]!)] as const);
  const best = [[xAxis.scale.share(xAxis.best), yAxis.scale.share(yAxis.best)]];
  return [
    ...regionsOf(cellsOf(shares, bins)).map(({ opacity, members }) =>
      Plot.rect(members, {
        x1: (cell) => (cell % bins) / bins,
        x2: (cell) => ((cell % bins) + 1) / bins,
        y1: (cell) => Math.floor(cell / bins) / bins,
        y2: (cell) => (Math.floor(cell / bins) + 1) / bins,
        fill: accent.light,
        fillOpacity: opacity,
        inset: 0,
      }),
    ),
    Plot.dot(best, { symbol: "times", stroke: ink.light, strokeWidth: 1.8, r: 4.5 }),
  ];
}
