/** How much time sparsity saves: a training step of the pruned model against the dense one. */

import * as Plot from "@observablehq/plot";
import { formatCount, formatNumber, formatPercent } from "../../core/format.ts";
import { geometricMean } from "../../core/math.ts";
import { groupBy, groupBySize } from "../data/groups.ts";
import { completedRuns, type ReportedRun, rampOf, targetSparsity } from "../data/reported-runs.ts";
import { extent, median } from "../data/statistics.ts";
import { axisXAt, logAxisY, margins, widen } from "../draw/axes.ts";
import { ink, muted, paper, type SparsityScale } from "../draw/colours.ts";
import { type Drawing, FIGURE_WIDTH, panel } from "../draw/svg.ts";
import type { ReportFigure } from "./figure.ts";

/** Times of runs that differ in nothing but sparsity. */
export interface SpeedSeries {
  readonly denseParams: number;
  readonly batchSize: number;
  readonly points: readonly { sparsity: number; stepMs: number; runs: number }[];
}

/**
 * Milliseconds of a step at the final sparsity (median over the steps after the ramp), for each dense size that was
 * trained at two sparsities or more with the same batch, threads and kernels.
 */
export function speedSeries(runs: readonly ReportedRun[]): SpeedSeries[] {
  const timed = runs.map((run) => ({ run, stepMs: finalStepMs(run) })).filter(({ stepMs }) => stepMs > 0);
  const alike = groupBy(timed, ({ run }) =>
    [run.result.config.training.batchSize, run.result.threads, run.result.variant].join(),
  );
  return [...alike.values()]
    .flatMap((group) => groupBySize(group, ({ run }) => run.result.denseParams, 1.1))
    .map(({ size, members }) => ({
      denseParams: size,
      batchSize: members[0]!.run.result.config.training.batchSize,
      points: [...groupBy(members, ({ run }) => targetSparsity(run))]
        .map(([sparsity, times]) => ({
          sparsity,
          stepMs: geometricMean(times.map((t) => t.stepMs)),
          runs: times.length,
        }))
        .sort((a, b) => a.sparsity - b.sparsity),
    }))
    .filter(({ points }) => points.length > 1);
}

function finalStepMs(run: ReportedRun): number {
  const { result, events } = run;
  const rampEnd = (rampOf(run)?.end ?? 0) * result.config.training.steps;
  const times = events.flatMap((e) => (e.type === "step" && e.step > rampEnd && e.stepMs > 0 ? [e.stepMs] : []));
  return times.length > 0 ? median(times) : 1000 / result.stepsPerSecond;
}

export const figure = {
  name: "training-speed",
  draw: ({ runs, scale }) => trainingSpeed(completedRuns(runs), scale),
  absence: () => "No dense size was trained at two sparsities, so training speeds are left out.",
} as const satisfies ReportFigure;

/**
 * Time of a step against sparsity at equal dense size; undefined where no size was trained at two sparsities.
 *
 * Units     milliseconds a training step · dashed: time in proportion to the density 1 − S
 */
function trainingSpeed(runs: readonly ReportedRun[], scale: SparsityScale): Drawing | undefined {
  const series = speedSeries(runs);
  if (series.length === 0) return undefined;
  const all = series.flatMap((s) => s.points);
  const domain = widen(extent(all.map((p) => p.stepMs)), 1.5);
  const xDomain = [0, Math.max(...all.map((p) => halvings(p.sparsity)))];
  return {
    title: claim(series),
    subtitle:
      "Milliseconds of one training step after the ramp, at equal dense size, batch, threads and kernels; each line is one dense size. " +
      "Dashed: what a step would take if its time were in proportion to the density.",
    columns: 1,
    panels: [
      panel({
        ...margins,
        marginTop: 30,
        marginRight: 150,
        width: FIGURE_WIDTH - 32,
        height: 360,
        x: { domain: xDomain, label: null, insetLeft: 12, insetRight: 12 },
        y: { type: "log", domain, label: null },
        marks: [
          ...sparsityAxis(all.map((p) => p.sparsity)),
          ...logAxisY(domain, { label: "time of a training step (ms)" }),
          ...series.flatMap((s) => seriesMarks(s, scale)),
          ...series.map(seriesLabel),
        ],
      }),
    ],
  };
}

/** Equal steps for equal factors of density: time in proportion to density is a straight line. */
const halvings = (sparsity: number): number => -Math.log2(1 - sparsity);

function sparsityAxis(sparsities: readonly number[]): Plot.Markish[] {
  const labels = new Map(sparsities.map((s) => [halvings(s), formatPercent(s)]));
  return axisXAt([...labels.keys()], {
    label: "sparsity S (equal steps: equal factors of density)",
    format: (x) => labels.get(x) ?? "",
  });
}

const at = { x: (p: { sparsity: number }) => halvings(p.sparsity), y: "stepMs" };

function seriesMarks({ denseParams, points }: SpeedSeries, scale: SparsityScale): Plot.Markish[] {
  const first = points[0]!;
  const proportional = points.map((p) => ({ ...p, stepMs: (first.stepMs * (1 - p.sparsity)) / (1 - first.sparsity) }));
  const title = (p: (typeof points)[0]) =>
    `${formatCount(denseParams)} dense parameters, S = ${formatPercent(p.sparsity)}\n${formatNumber(p.stepMs)} ms a step (${p.runs} runs)`;
  return [
    Plot.line(proportional, { ...at, stroke: muted.light, strokeDasharray: "3 3", strokeWidth: 1, clip: true }),
    Plot.line(points, { ...at, stroke: muted.light, strokeWidth: 1.4 }),
    ...points.map((p) => {
      const { colour, symbol } = scale.of(p.sparsity);
      return Plot.dot([p], { ...at, symbol, fill: colour, r: 4.5, title });
    }),
  ];
}

/** Drawn above the lines of all series. */
function seriesLabel({ denseParams, points }: SpeedSeries): Plot.Markish {
  return Plot.text(points.slice(-1), {
    ...at,
    text: () => `${formatCount(denseParams)} dense parameters`,
    dx: 12,
    textAnchor: "start",
    fill: ink.light,
    stroke: paper.light,
    strokeWidth: 4,
  });
}

function claim(series: readonly SpeedSeries[]): string {
  const { denseParams, points } = series.findLast((s) => s.points[0]!.sparsity === 0) ?? series.at(-1)!;
  const [first, last] = [points[0]!, points.at(-1)!];
  const factor = first.stepMs / last.stepMs;
  const from = first.sparsity === 0 ? "the dense one" : `one at ${formatPercent(first.sparsity)}`;
  return `At ${formatCount(denseParams)} dense parameters, a step at ${formatPercent(last.sparsity)} sparsity is ${formatNumber(factor, 2)}× as fast as ${from}`;
}
