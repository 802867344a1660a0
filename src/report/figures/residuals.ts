/** Whether the law errs in one direction: residuals by sparsity, by size and by data. */

import * as Plot from "@observablehq/plot";
import { formatNumber, formatPercent } from "../../core/format.ts";
import { SIZE_TOLERANCE } from "../../core/grid.ts";
import { groupBy, groupBySize } from "../data/groups.ts";
import { dataLabelOf, levelsMeasured, type MeasuredLosses } from "../data/measurements.ts";
import { type Prediction, predictAll, predictionError } from "../data/predictions.ts";
import { extent, median } from "../data/statistics.ts";
import { axisXAt, heading, linearAxisY, logAxisX, margins, widen } from "../draw/axes.ts";
import { ink, muted, type SparsityScale } from "../draw/colours.ts";
import { type Drawing, type Panel, panel, panelWidth } from "../draw/svg.ts";
import { fitOfMeasured, type ReportFigure, whyNoLaw } from "./figure.ts";
import { predictionMark } from "./prediction.ts";

const HEIGHT = 340;
/** Pixels between the marks of two sparsities: a grid would draw them on top of each other. */
const BESIDE = 6;
/** Marks of one sparsity take this share of its column. */
const STRIP = 0.6;

interface Frame {
  readonly predictions: readonly Prediction[];
  readonly measured: MeasuredLosses;
  readonly scale: SparsityScale;
}

/** What stands above one place of an axis. */
interface Column {
  readonly from: number;
  readonly to: number;
  readonly members: readonly Prediction[];
}

export const figure = {
  name: "residuals",
  draw: (content) => {
    const fit = fitOfMeasured(content);
    const { measured, scale } = content;
    return fit && residualsFigure(predictAll(fit, measured.measurements), measured, scale);
  },
  absence: whyNoLaw,
} as const satisfies ReportFigure;

/**
 * Residuals against sparsity, non-zero parameters and data, with the median of each group: a law that fits has them
 * about 0 everywhere.
 *
 * Units     residual in percent of the measured loss, positive where the law is too low · N in parameters
 */
function residualsFigure(predictions: readonly Prediction[], measured: MeasuredLosses, scale: SparsityScale): Drawing {
  const frame = { predictions, measured, scale };
  const groups = [...bySparsity(frame), ...bySize(frame, "nonzeroParams"), ...bySize(frame, "data")];
  const [low, high] = extent(groups.map(({ members }) => median(members.map((p) => p.residual))));
  return {
    title: `By sparsity, size and data, the law is off by ${formatPercent(low)} to ${formatPercent(high)} in the median`,
    subtitle: `${errorsByLevel(frame)} Marks: runs. Bars: medians of the runs at one sparsity, size or amount of data.`,
    columns: 3,
    panels: [sparsityPanel(frame), sizePanel(frame, "nonzeroParams"), sizePanel(frame, "data")],
  };
}

function errorsByLevel({ predictions, scale, measured }: Frame): string {
  const errors = levelsMeasured(measured).map((level) => {
    const { meanAbsolute } = predictionError(predictions.filter((p) => p.measurement.level === level));
    return `${formatPercent(meanAbsolute, 3)} at S = ${scale.of(level).label}`;
  });
  return `Mean absolute error: ${errors.join(", ")}.`;
}

function bySparsity({ predictions, measured }: Frame): Column[] {
  const groups = groupBy(predictions, (p) => p.measurement.level);
  return levelsMeasured(measured).map((level, i) => ({
    from: i - STRIP / 2,
    to: i + STRIP / 2,
    members: groups.get(level)!,
  }));
}

function bySize({ predictions }: Frame, key: "nonzeroParams" | "data"): Column[] {
  return groupBySize(predictions, (p) => p.measurement[key]).map(({ size, members }) => ({
    from: size / SIZE_TOLERANCE,
    to: size * SIZE_TOLERANCE,
    members,
  }));
}

function sparsityPanel(frame: Frame): Panel {
  const columns = bySparsity(frame);
  const places = new Map(columns.flatMap(({ from, members }) => placesAlong(from, members)));
  const labels = levelsMeasured(frame.measured).map((level) => formatPercent(level));
  return residualPanel(frame, "by sparsity", {
    x: { domain: [-0.5, columns.length - 0.5], label: null },
    axis: axisXAt([...columns.keys()], { label: "sparsity S", format: (i) => labels[i]! }),
    columns,
    marks: frame.predictions.map((p) =>
      predictionMark(p, frame.scale, frame.measured.dataUnit, { x: () => places.get(p)!, y: (of) => of.residual }),
    ),
  });
}

/** Evenly over a strip, from the smallest to the largest model. */
function placesAlong(from: number, members: readonly Prediction[]): [Prediction, number][] {
  const sorted = members.toSorted((a, b) => a.measurement.nonzeroParams - b.measurement.nonzeroParams);
  return sorted.map((p, i) => [p, from + (STRIP * (i + 0.5)) / sorted.length]);
}

function sizePanel(frame: Frame, key: "nonzeroParams" | "data"): Panel {
  const { predictions, measured, scale } = frame;
  const domain = widen(extent(predictions.map((p) => p.measurement[key])), 1.8);
  const levels = levelsMeasured(measured);
  const beside = (p: Prediction) => BESIDE * (levels.indexOf(p.measurement.level) - (levels.length - 1) / 2);
  return residualPanel(frame, key === "data" ? "by data" : "by size", {
    x: { type: "log", domain, label: null },
    axis: logAxisX(domain, { label: key === "data" ? dataLabelOf(measured) : "non-zero parameters N", most: 5 }),
    columns: bySize(frame, key),
    marks: predictions.map((p) =>
      predictionMark(p, scale, measured.dataUnit, {
        x: (of) => of.measurement[key],
        y: (of) => of.residual,
        dx: beside(p),
      }),
    ),
  });
}

interface Content {
  readonly x: Plot.ScaleOptions;
  readonly axis: readonly Plot.Markish[];
  readonly columns: readonly Column[];
  readonly marks: readonly Plot.Markish[];
}

function residualPanel({ predictions }: Frame, title: string, { x, axis, columns, marks }: Content): Panel {
  const most = Math.max(...predictions.map((p) => Math.abs(p.residual))) || 0.01;
  return panel({
    ...margins,
    width: panelWidth(3),
    height: HEIGHT,
    x,
    y: { domain: [-1.1 * most, 1.1 * most], label: null },
    marks: [
      ...axis,
      ...linearAxisY({ label: "(measured − predicted) / measured (%)", format: (v) => formatNumber(100 * v) }),
      heading(`Residuals ${title}`),
      Plot.ruleY([0], { stroke: muted.light }),
      ...marks,
      Plot.ruleY(columns, {
        x1: "from",
        x2: "to",
        y: ({ members }: Column) => median(members.map((p) => p.residual)),
        stroke: ink.light,
        strokeWidth: 2.2,
      }),
    ],
  });
}
