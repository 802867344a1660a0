/** The law's curves over size and over data at each sparsity, with the measured runs. */

import * as Plot from "@observablehq/plot";
import { formatCount } from "../../core/format.ts";
import { type FitResult, lawOfFit } from "../../fit/fit-json.ts";
import type { Params } from "../../fit/laws/index.ts";
import { bandOver, COVERAGE, refitsOf } from "../data/bands.ts";
import { groupBySize, type SizeGroup } from "../data/groups.ts";
import {
  dataLabelOf,
  describeMeasurement,
  lossUnitOf,
  type MeasuredLosses,
  type Measurement,
} from "../data/measurements.ts";
import { extent } from "../data/statistics.ts";
import { type Domain, heading, linearAxisY, logAxisX, margins, pad, widen } from "../draw/axes.ts";
import type { SparsityScale } from "../draw/colours.ts";
import { type Drawing, type Panel, panel, panelWidth } from "../draw/svg.ts";
import { fitOfMeasured, type ReportFigure, whyNoLaw } from "./figure.ts";

type Axis = "nonzeroParams" | "data";
const POINTS = 60;
/** Bands are smooth, and each of their points is a thousand predictions. */
const BAND_POINTS = 20;
/** Panels of one figure; of more groups than that, evenly spread ones are shown. */
const MOST_PANELS = 6;
const MOST_COLUMNS = 3;

export const overSize = lawCurvesOver("nonzeroParams", "loss-over-size");
export const overData = lawCurvesOver("data", "loss-over-data");

function lawCurvesOver<const N extends string>(over: Axis, name: N) {
  return {
    name,
    draw: (content) => {
      const fit = fitOfMeasured(content);
      return fit && lawCurves(fit, content.measured, content.scale, over);
    },
    absence: whyNoLaw,
  } as const satisfies ReportFigure;
}

/**
 * Loss against non-zero parameters (or against data), one panel for each amount of the other; with the 95 % band of
 * each curve where the fit has a bootstrap.
 *
 * Units     loss in nats per token or image · N in parameters · D in tokens or images
 */
function lawCurves(fit: FitResult, measured: MeasuredLosses, scale: SparsityScale, over: Axis): Drawing {
  const { measurements } = measured;
  const fixed: Axis = over === "nonzeroParams" ? "data" : "nonzeroParams";
  const groups = spread(
    groupBySize(measurements, (m) => m[fixed]),
    MOST_PANELS,
  );
  const columns = groups.length === 4 ? 2 : Math.min(groups.length, MOST_COLUMNS);
  const xDomain = widen(extent(measurements.map((m) => m[over])), 1.6);
  const yDomain = pad(extent(measurements.map((m) => m.loss)), 0.08);
  const refits = refitsOf(fit);
  const bands = refits.length > 0 ? `, with the ${COVERAGE} band of its bootstrap` : "";
  const fixedName = fixed === "data" ? `each amount of data` : `each non-zero size`;
  return {
    title: `Loss against ${over === "nonzeroParams" ? "non-zero parameters" : "training data"}, at ${fixedName}`,
    subtitle: `Lines: the fitted law at each sparsity${bands}. Marks: measured validation loss of the runs.`,
    columns,
    panels: groups.map((group) =>
      lawPanel(group, { fit, refits, measured, over, fixed, scale, xDomain, yDomain, columns }),
    ),
  };
}

interface Frame {
  readonly fit: FitResult;
  readonly refits: readonly Params[];
  readonly measured: MeasuredLosses;
  readonly over: Axis;
  readonly fixed: Axis;
  readonly scale: SparsityScale;
  readonly xDomain: Domain;
  readonly yDomain: Domain;
  readonly columns: number;
}

function lawPanel(group: SizeGroup<Measurement>, frame: Frame): Panel {
  const { measured, over, fixed, xDomain, yDomain, columns } = frame;
  const levels = [...new Set(group.members.map(({ level }) => level))];
  const size = [formatCount(group.size), ...(measured.dataUnit === undefined ? [] : [measured.dataUnit])].join(" ");
  return panel({
    ...margins,
    width: panelWidth(columns),
    height: columns === 1 ? 370 : 310,
    x: { type: "log", domain: xDomain, label: null },
    y: { domain: yDomain, label: null },
    marks: [
      ...logAxisX(xDomain, { label: over === "data" ? dataLabelOf(measured) : "non-zero parameters N", most: 5 }),
      ...linearAxisY({ label: `validation loss (${lossUnitOf(measured)})` }),
      heading(fixed === "data" ? `D ≈ ${size}` : `N ≈ ${formatCount(group.size)}`),
      ...levels.map((level) => lawBand(level, group.size, frame)),
      ...levels.map((level) => lawLine(level, group.size, frame)),
      ...group.members.map((measurement) => measurementMark(measurement, frame)),
    ],
  });
}

function lawLine(level: number, fixedSize: number, frame: Frame): Plot.Markish {
  const points = curve(POINTS, level, fixedSize, frame).map(([x, lossOf]) => [x, lossOf(frame.fit.params)]);
  return Plot.line(points, { stroke: frame.scale.of(level).colour, strokeWidth: 1.5, clip: true });
}

function lawBand(level: number, fixedSize: number, frame: Frame): Plot.Markish {
  const points = curve(BAND_POINTS, level, fixedSize, frame).flatMap(([x, lossOf]) => {
    const band = bandOver(frame.refits, lossOf);
    return band === undefined ? [] : [{ x, ...band }];
  });
  const style = { fill: frame.scale.of(level).colour, fillOpacity: 0.18, clip: true } as const;
  return Plot.areaY(points, { x: "x", y1: "low", y2: "high", ...style });
}

/** Places along the axis, and the loss there as a function of the law's parameters. */
function curve(
  count: number,
  sparsity: number,
  fixedSize: number,
  { fit, over, xDomain: [lo, hi] }: Frame,
): (readonly [x: number, lossOf: (params: Params) => number])[] {
  const law = lawOfFit(fit);
  return Array.from({ length: count }, (_, i) => {
    const x = lo * (hi / lo) ** (i / (count - 1));
    const [nonzeroParams, data] = over === "nonzeroParams" ? [x, fixedSize] : [fixedSize, x];
    return [x, (params) => law.predict(params, { sparsity, nonzeroParams, data })] as const;
  });
}

function measurementMark(measurement: Measurement, { scale, over, measured }: Frame): Plot.Markish {
  const { colour, symbol } = scale.of(measurement.level);
  const title = (m: Measurement) => `${describeMeasurement(m, measured.dataUnit)}\nloss ${m.loss.toFixed(4)}`;
  return Plot.dot([measurement], { x: over, y: "loss", symbol, fill: colour, r: 3.6, title });
}

function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}
