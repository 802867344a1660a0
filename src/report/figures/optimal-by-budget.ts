/** How sure the advice is: the optimal sparsity over the training budget, with its band. */

import * as Plot from "@observablehq/plot";
import { formatCount, formatPercent } from "../../core/format.ts";
import { optimalSparsity } from "../../fit/advice/index.ts";
import type { Params } from "../../fit/laws/index.ts";
import type { Interval } from "../../fit/uncertainty/index.ts";
import { bandOver, COVERAGE } from "../data/bands.ts";
import { groupBySize } from "../data/groups.ts";
import type { MeasuredLosses } from "../data/measurements.ts";
import { denseOptimalFlops, type LawWithOptimum, lawWithOptimum, whyNoOptimum } from "../data/optima.ts";
import { extent } from "../data/statistics.ts";
import { type Domain, formatPower, heading, linearAxisY, logAxisX, margins, widen } from "../draw/axes.ts";
import { accent, ink, muted, paper, type SparsityScale } from "../draw/colours.ts";
import { type Drawing, type Panel, panel, panelWidth } from "../draw/svg.ts";
import { fitOfMeasured, type ReportFigure, whyNoLaw } from "./figure.ts";

/** Refits of the band: each of its points searches for their optima. */
const MOST_REFITS = 200;
const CURVE_POINTS = 61;
const BAND_POINTS = 21;
/** The axis leaves the budgets that were spent on the size by this factor. */
const BEYOND = 30;

interface Frame {
  /** With as many refits as the band is made of. */
  readonly law: LawWithOptimum;
  readonly measured: MeasuredLosses;
  readonly scale: SparsityScale;
  readonly cost: "sparse" | "dense";
  readonly nonzeroParams: number;
  readonly x: Domain;
}

export const figure = {
  name: "optimal-by-budget",
  draw: (content) => {
    const law = lawWithOptimum(fitOfMeasured(content));
    return law && optimalByBudgetFigure(law, content.measured, content.scale);
  },
  absence: (content) => whyNoLaw(content) ?? whyNoOptimum(content.fit),
} as const satisfies ReportFigure;

/**
 * Optimal sparsity of the largest measured size against the training budget, for either cost; with the 95 % band where
 * the fit has a bootstrap.
 *
 * Units     C in FLOPs spent on the weights counted in N
 */
function optimalByBudgetFigure(law: LawWithOptimum, measured: MeasuredLosses, scale: SparsityScale): Drawing {
  const { size: nonzeroParams, members } = groupBySize(measured.measurements, (m) => m.nonzeroParams).at(-1)!;
  const x = widen(extent(members.flatMap(({ flops }) => [flops.sparse, flops.dense])), BEYOND);
  const refits = law.refits.slice(0, MOST_REFITS);
  const ofSize = { ...measured, measurements: members };
  const frame = { law: { ...law, refits }, measured: ofSize, scale, nonzeroParams, x };
  const band = refits.length === 0 ? "" : ` Shaded: ${COVERAGE} of the bootstrap's refits.`;
  return {
    title: `Optimal sparsity of a model with ${formatCount(nonzeroParams)} non-zero parameters`,
    subtitle: `Curve: the sparsity of lowest loss for the budget.${band} Marks: the runs of this size. Dashed: compute-optimal dense training.`,
    columns: 2,
    panels: [costPanel({ ...frame, cost: "sparse" }), costPanel({ ...frame, cost: "dense" })],
  };
}

function costPanel(frame: Frame): Panel {
  const { law, measured, scale, cost, nonzeroParams, x } = frame;
  const dense = denseOptimalFlops(law, nonzeroParams);
  const curve = budgets(CURVE_POINTS, x).map((flops) => [flops, optimumAt(law.params, flops, frame)] as const);
  const isInView = dense > x[0] && dense < x[1];
  return panel({
    ...margins,
    width: panelWidth(2),
    height: 340,
    x: { type: "log", domain: x, label: null },
    y: { domain: [0, 1], label: null, insetTop: 8, insetBottom: 6 },
    marks: [
      ...logAxisX(x, { label: "training FLOPs C", format: formatPower, most: 6 }),
      ...linearAxisY({ label: "optimal sparsity S", format: (s) => formatPercent(s) }),
      heading(
        cost === "sparse" ? "Sparse training cost (zeros are skipped)" : "Dense training cost (zeros are multiplied)",
      ),
      Plot.areaY(bandsOf(frame), { x: "x", y1: "low", y2: "high", fill: accent.light, fillOpacity: 0.2 }),
      Plot.ruleX(isInView ? [dense] : [], { stroke: muted.light, strokeDasharray: "6 4" }),
      Plot.line(curve, { stroke: ink.light, strokeWidth: 1.6 }),
      ...measured.measurements.map((m) => {
        const { colour, symbol } = scale.of(m.level);
        const at = { symbol, fill: colour, stroke: paper.light, strokeWidth: 0.6, r: 4 } as const;
        return Plot.dot([[m.flops[cost], m.sparsity]], { ...at, title: () => m.label });
      }),
    ],
  });
}

const budgets = (count: number, [lo, hi]: Domain): number[] =>
  Array.from({ length: count }, (_, i) => lo * (hi / lo) ** (i / (count - 1)));

const optimumAt = (params: Params, flops: number, { law, cost, nonzeroParams, measured }: Frame): number =>
  optimalSparsity({ law: { law: law.law, params }, nonzeroParams, flops, cost, schedule: measured.ramp }).sparsity;

function bandsOf(frame: Frame): (Interval & { x: number })[] {
  return budgets(BAND_POINTS, frame.x).flatMap((flops) => {
    const band = bandOver(frame.law.refits, (params) => optimumAt(params, flops, frame));
    return band === undefined ? [] : [{ x: flops, ...band }];
  });
}
