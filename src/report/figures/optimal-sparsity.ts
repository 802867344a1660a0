/** Which sparsity is best for a non-zero size and a training budget: contours of S_opt(N, C). */

import * as Plot from "@observablehq/plot";
import { formatCount, formatPercent, formatScientific } from "../../core/format.ts";
import { budgetForSparsity, type FittedLaw, sparseParamsIn } from "../../fit/advice/index.ts";
import type { MeasuredLosses, Measurement } from "../data/measurements.ts";
import { denseOptimalFlops, lawWithOptimum, whyNoOptimum } from "../data/optima.ts";
import { extent } from "../data/statistics.ts";
import { type Domain, formatPower, heading, logAxisX, logAxisY, margins, widen } from "../draw/axes.ts";
import { ink, muted, paper, type SparsityScale, type SparsityStyle } from "../draw/colours.ts";
import { type Drawing, type Panel, panel, panelWidth } from "../draw/svg.ts";
import { fitOfMeasured, type ReportFigure, whyNoLaw } from "./figure.ts";

const HEIGHT = 430;
/** Pixels between the marks of two sparsities: a grid matched in N would draw them on top of each other. */
const BESIDE = 4;
/** The axis of budgets leaves those of the runs by this factor at most, however strange the law. */
const FARTHEST = 1e6;
const PLOT_WIDTH = panelWidth(2) - margins.marginLeft - margins.marginRight;
const PLOT_HEIGHT = HEIGHT - margins.marginTop - margins.marginBottom;
/** Points of a contour that is curved. */
const CURVE_POINTS = 17;
/** FLOPs that nobody has, where none makes a sparsity optimal. */
const NO_BUDGET = 1e60;
/** Contours that cross less of the panel than this share of its width go without a label. */
const SHORTEST_LABELLED = 0.15;

export const figure = {
  name: "optimal-sparsity",
  draw: (content) => {
    const law = lawWithOptimum(fitOfMeasured(content));
    return law && optimalSparsityFigure(law, content.measured, content.scale);
  },
  absence: (content) => whyNoLaw(content) ?? whyNoOptimum(content.fit),
} as const satisfies ReportFigure;

/**
 * Contours of the optimal sparsity over non-zero parameters and training FLOPs, for sparse and for dense training cost, as
 * SVG. The sparse law makes each of them a straight line on logarithmic axes, parallel to the dense compute-optimal line
 * C = 6·N·D*(N); other laws make them curves.
 *
 * Units     N in parameters · C in FLOPs spent on the weights counted in N
 */
function optimalSparsityFigure(law: FittedLaw, measured: MeasuredLosses, scale: SparsityScale): Drawing {
  const x = widen(extent(measured.measurements.map((m) => m.nonzeroParams)), 3);
  const y = budgetDomain(law, measured, x);
  const frames = (["sparse", "dense"] as const).map((cost) => ({ law, measured, scale, cost, x, y }));
  const panels = frames.map((frame) => ({ frame, contours: contoursOf(frame) }));
  return {
    title: panels.some(({ contours }) => contours.length > 0)
      ? "The larger the training budget, the higher the optimal sparsity"
      : "By this law no budget makes sparsity pay",
    subtitle:
      "Lines: where this sparsity has the lowest loss of all models with N non-zero parameters trained for C FLOPs (dense has it " +
      "below the line of 0 %). Dashed: compute-optimal dense training. Marks: the runs, moved apart where N is equal.",
    columns: 2,
    panels: panels.map(({ frame, contours }) => costPanel(frame, contours)),
  };
}

interface Frame {
  readonly law: FittedLaw;
  readonly measured: MeasuredLosses;
  readonly scale: SparsityScale;
  readonly cost: "sparse" | "dense";
  readonly x: Domain;
  readonly y: Domain;
}

/** Holds the runs under either cost and, unless it is very far from them, the whole dense line. */
function budgetDomain(law: FittedLaw, { measurements }: MeasuredLosses, [left, right]: Domain): Domain {
  const budgets = measurements.flatMap(({ flops }) => [flops.sparse, flops.dense]);
  const [lowest, highest] = widen(extent(budgets), FARTHEST);
  const dense = [left, right].map((n) => Math.min(Math.max(denseOptimalFlops(law, n), lowest), highest));
  return widen(extent([...budgets, ...dense]), 3);
}

function costPanel(frame: Frame, contours: readonly Contour[]): Panel {
  const { law, measured, cost, x, y } = frame;
  const dense = [lineOf(frame, (n) => denseOptimalFlops(law, n))].filter(isDrawable);
  return panel({
    ...margins,
    width: panelWidth(2),
    height: HEIGHT,
    x: { type: "log", domain: x, label: null },
    y: { type: "log", domain: y, label: null },
    marks: [
      Plot.frame({ stroke: muted.light, strokeOpacity: 0.4 }),
      ...contours.map(({ line, colour }, i) =>
        band(line, contours[i + 1]?.line ?? line.map(([n]) => [n, y[1]] as const), colour),
      ),
      ...logAxisX(x, { label: "non-zero parameters N" }),
      ...logAxisY(y, { label: "training FLOPs C", format: formatPower }),
      heading(
        cost === "sparse" ? "Sparse training cost (zeros are skipped)" : "Dense training cost (zeros are multiplied)",
      ),
      ...contours.map(({ line, colour }) => Plot.line(line, { stroke: colour, strokeWidth: 1.6, clip: true })),
      ...dense.map((line) =>
        Plot.line(line, { stroke: ink.light, strokeWidth: 1.6, strokeDasharray: "6 4", clip: true }),
      ),
      ...measured.measurements.map((measurement) => measurementMark(measurement, frame)),
      ...contours.map(({ line, ink: { light }, sparsity }) =>
        lineLabel(line, formatPercent(sparsity), light, 0.84, frame),
      ),
      ...dense.map((line) => lineLabel(line, "dense compute-optimal", ink.light, 0.35, frame)),
    ],
  });
}

interface Contour extends SparsityStyle {
  readonly line: Line;
}

/** One for each sparsity of the scale that some finite budget makes optimal. */
function contoursOf(frame: Frame): Contour[] {
  const { law, measured, scale, cost } = frame;
  const budgetAt = (nonzeroParams: number, sparsity: number) =>
    budgetForSparsity({ law, nonzeroParams, cost, schedule: measured.ramp }, sparsity);
  return scale.styles
    .map((style) => ({ ...style, line: lineOf(frame, (n) => budgetAt(n, style.sparsity)) }))
    .filter(({ line }) => isDrawable(line));
}

/** Budgets over the sizes of the panel: two points where the law makes lines straight. */
function lineOf({ law, x }: Frame, budgetAt: (nonzeroParams: number) => number): Line {
  const points = sparseParamsIn(law) === undefined ? CURVE_POINTS : 2;
  return Array.from({ length: points }, (_, i) => {
    const nonzeroParams = at(i / (points - 1), x);
    return [nonzeroParams, Math.min(budgetAt(nonzeroParams), NO_BUDGET)];
  });
}

const isDrawable = (line: Line): boolean =>
  line.every(([, flops]) => flops > 0) && line.some(([, flops]) => flops < NO_BUDGET);

type Line = readonly (readonly [number, number])[];

const band = (low: Line, high: Line, fill: string): Plot.Markish =>
  Plot.areaY(low, { x: (p) => p[0], y1: (p) => p[1], y2: (_, i) => high[i]![1], fill, fillOpacity: 0.13, clip: true });

function measurementMark(measurement: Measurement, { cost, scale }: Frame): Plot.Markish {
  const { label, level, sparsity, nonzeroParams } = measurement;
  const { colour, symbol } = scale.of(level);
  const flops = measurement.flops[cost];
  const dx = BESIDE * (scale.styles.indexOf(scale.of(level)) - (scale.styles.length - 1) / 2);
  const title = () =>
    `${label}\nS = ${formatPercent(sparsity)}, N = ${formatCount(nonzeroParams)}, C = ${formatScientific(flops)} FLOPs`;
  const style = { symbol, fill: colour, stroke: paper.light, strokeWidth: 0.6, r: 3.4, dx } as const;
  return Plot.dot([[nonzeroParams, flops]], { ...style, title });
}

/** The label of a line, written along it at a share of what the panel shows of it. */
function lineLabel(line: Line, text: string, fill: string, place: number, { x, y }: Frame): Plot.Markish {
  const points = line.map(([n, flops]) => [share(n, x), share(flops, y)] as const);
  const segments = points.slice(1).flatMap((to, i) => visibleSegment(points[i]!, to));
  const [left, right] = [segments[0]?.left ?? 0, segments.at(-1)?.right ?? 0];
  if (right - left < SHORTEST_LABELLED) return null;
  const u = left + place * (right - left);
  const { from, slope } = segments.find((segment) => u <= segment.right)!;
  const point = [[at(u, x), at(from[1] + slope * (u - from[0]), y)]];
  const rotate = (-180 / Math.PI) * Math.atan2(slope * PLOT_HEIGHT, PLOT_WIDTH);
  return Plot.text(point, {
    text: [text],
    fill,
    stroke: paper.light,
    strokeWidth: 4,
    rotate,
    fontSize: 11,
    fontWeight: "600",
  });
}

/** The part of a segment within the panel's height, in shares of its width; none where it lies outside. */
function visibleSegment(from: readonly [number, number], to: readonly [number, number]) {
  const slope = (to[1] - from[1]) / (to[0] - from[0]);
  const ends = [0, 1].map((v) => from[0] + (v - from[1]) / slope).sort((a, b) => a - b) as [number, number];
  const [left, right] = [Math.max(from[0], ends[0]), Math.min(to[0], ends[1])];
  return left < right ? [{ from, slope, left, right }] : [];
}

/** Where a value stands on a logarithmic axis, 0 … 1, and back. */
const share = (value: number, [lo, hi]: Domain): number => Math.log(value / lo) / Math.log(hi / lo);
const at = (position: number, [lo, hi]: Domain): number => lo * (hi / lo) ** position;
