/** What pruning left of one run, tensor by tensor: densities, and the sizes of the weights that stand. */

import * as Plot from "@observablehq/plot";
import { formatCount, formatPercent } from "../../core/format.ts";
import { extent } from "../data/statistics.ts";
import { binStart, type RunWeights, type WeightSummary } from "../data/weight-summary.ts";
import { type Domain, formatPower, heading, linearAxisX, logAxisX } from "../draw/axes.ts";
import { ink, muted, type SparsityScale } from "../draw/colours.ts";
import { compose, type Drawing, FIGURE_WIDTH, type Panel, panel } from "../draw/svg.ts";
import type { ReportFigure } from "./figure.ts";

/** Pixels of one tensor. */
const ROW = 22;
const NAMES = 190;
const DENSITY = 250;
const GAP = 24;
const TOP = 46;
const BOTTOM = 46;
/** Height of a histogram in rows. */
const HEIGHT = 0.92;

export const figure = {
  name: "weights",
  draw: ({ weights, scale }) => weights && weightsFigure(weights, scale),
  absence: ({ weightsAbsence }) => weightsAbsence,
} as const satisfies ReportFigure;

/**
 * Density and sizes of the non-zero weights of every pruned tensor of a checkpoint; undefined where none was pruned.
 *
 * Units     density in percent of a tensor's weights · |w| as trained, counts in shares of the tensor's fullest bin
 */
export function weightsFigure({ label, step, level, tensors }: RunWeights, scale: SparsityScale): Drawing | undefined {
  if (tensors.length === 0) return undefined;
  const { colour } = scale.of(level);
  const [low, high] = extent(tensors.map(({ density }) => density));
  const range = low === high ? formatPercent(low) : `${formatPercent(low)} to ${formatPercent(high)}`;
  return {
    title: `Pruned tensors keep ${range} of their weights`,
    subtitle:
      `Run ${label}, step ${step}. Left: density of each pruned tensor. Right: histogram of |w| over its non-zero weights, ` +
      "each to its own height.",
    columns: 1,
    panels: [
      compose([
        { x: NAMES, y: 0, panel: densities(tensors, colour) },
        { x: NAMES + DENSITY + GAP, y: 0, panel: histograms(tensors, colour) },
      ]),
    ],
  };
}

const frame = (tensors: readonly WeightSummary[], width: number) => ({
  marginTop: TOP,
  marginBottom: BOTTOM,
  marginLeft: 0,
  marginRight: 0,
  width,
  height: TOP + BOTTOM + ROW * tensors.length,
  /** Rows are counted from the top, each from i to i + 1. */
  y: { domain: [0, tensors.length], reverse: true, label: null, axis: null },
});

function densities(tensors: readonly WeightSummary[], fill: string): Panel {
  const most = Math.max(...tensors.map(({ density }) => density));
  const rows = tensors.map((tensor, i) => ({ ...tensor, i }));
  const top = Math.min(1, most * 1.35);
  const title = ({ name, shape, density }: WeightSummary) =>
    `${name} (${shape.join(", ")})\n${formatPercent(density)} of ${formatCount(shape.reduce((a, b) => a * b, 1))} weights`;
  return panel({
    ...frame(tensors, DENSITY),
    x: { domain: [0, top], label: null },
    marks: [
      ...linearAxisX({ label: "density 1 − S", most: 4, format: (share) => formatPercent(share) }),
      sideHeading("Density"),
      Plot.rect(rows, {
        x1: 0,
        x2: "density",
        y1: (r) => r.i + 0.18,
        y2: (r) => r.i + 0.82,
        fill,
        fillOpacity: 0.7,
        title,
      }),
      Plot.text(rows, {
        x: "density",
        y: (r) => r.i + 0.5,
        text: (r) => formatPercent(r.density),
        textAnchor: "start",
        dx: 4,
      }),
      Plot.text(rows, {
        frameAnchor: "left",
        y: (r) => r.i + 0.5,
        text: (r) => shortName(r.name),
        textAnchor: "end",
        dx: -8,
        fill: ink.light,
      }),
    ],
  });
}

function histograms(tensors: readonly WeightSummary[], fill: string): Panel {
  const domain = filledRange(tensors);
  return panel({
    ...frame(tensors, FIGURE_WIDTH - 32 - NAMES - DENSITY - GAP - 12),
    x: { type: "log", domain, label: null },
    marks: [
      ...logAxisX(domain, { label: "size |w| of the non-zero weights", format: formatPower, most: 8 }),
      sideHeading("Sizes of the non-zero weights"),
      Plot.ruleY(
        tensors.map((_, i) => i + 1),
        { stroke: muted.light, strokeOpacity: 0.3 },
      ),
      ...tensors.map((tensor, i) => ridge(tensor, i, domain, fill)),
    ],
  });
}

const sideHeading = (text: string): Plot.Markish => heading(text, { dx: 0 });

/** Without the family, the first part of every name, and what all of them end in. */
const shortName = (name: string): string => name.replace(/^\w+\./, "").replace(/\.weight$/, "");

/** Bins with less of a tensor than this share are no reason to widen the axis. */
const RARE = 1e-3;

/** From the first to the last bin that some tensor fills. */
function filledRange(tensors: readonly WeightSummary[]): Domain {
  const filled = tensors.flatMap(({ counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.flatMap((count, bin) => (count > RARE * total ? [bin] : []));
  });
  const [first, last] = filled.length > 0 ? extent(filled) : [0, 1];
  return [binStart(first), binStart(last + 1)];
}

function ridge({ counts }: WeightSummary, row: number, [from, to]: Domain, fill: string): Plot.Markish {
  const most = Math.max(...counts, 1);
  const [first, last] = extent(counts.flatMap((count, bin) => (count > 0 ? [bin] : [])));
  const outline = counts.slice(0, last + 1).flatMap((count, bin) => {
    const height = row + 1 - (HEIGHT * count) / most;
    return bin < first ? [] : [binStart(bin), binStart(bin + 1)].map((x) => ({ x, height }));
  });
  const inside = outline.filter(({ x }) => x >= from * 0.999 && x <= to * 1.001);
  const style = { fill, fillOpacity: 0.45, stroke: fill, strokeWidth: 0.8 } as const;
  return Plot.areaY(inside, { x: "x", y1: row + 1, y2: "height", ...style });
}
