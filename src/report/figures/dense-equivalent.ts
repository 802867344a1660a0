/** The multiplier m(S) of sparsity: the dense model of the same loss in multiples of the non-zero size. */

import * as Plot from "@observablehq/plot";
import { formatNumber, formatPercent } from "../../core/format.ts";
import { denseEquivalentMultiplier } from "../../fit/advice/index.ts";
import { type FitResult, sparseParamsOf } from "../../fit/fit-json.ts";
import type { Params, SparseParams } from "../../fit/laws/index.ts";
import type { Interval } from "../../fit/uncertainty/index.ts";
import { bandOver, COVERAGE, refitsOf } from "../data/bands.ts";
import { levelsMeasured } from "../data/measurements.ts";
import { linearAxisX, linearAxisY, margins } from "../draw/axes.ts";
import { ink, muted, paper, type SparsityScale } from "../draw/colours.ts";
import { type Drawing, FIGURE_WIDTH, panel } from "../draw/svg.ts";
import type { ReportFigure } from "./figure.ts";

const POINTS = 101;
/** The axis ends at this multiple of the highest m(S) that was measured, however far the limit and its band. */
const HIGHEST = 2;

/** m(S) of one sparsity. */
export interface Multiplier {
  readonly sparsity: number;
  readonly multiple: number;
  /** 95 %, where the fit has a bootstrap. */
  readonly band: Interval | undefined;
}

export function multiplierAt(fit: FitResult, sparsity: number): Multiplier {
  const at = (params: Params) => denseEquivalentMultiplier(params as SparseParams, sparsity);
  return { sparsity, multiple: at(sparseParamsOf(fit)), band: bandOver(refitsOf(fit), at) };
}

export const figure = {
  name: "dense-equivalent",
  draw: ({ fit, measured, scale }) =>
    fit?.law === "sparse" ? denseEquivalentFigure(fit, levelsMeasured(measured), scale) : undefined,
  absence: ({ fit }) =>
    fit && "The law has no m(S) of S alone, so the dense size of the same loss is left out; fit the sparse law for it.",
} as const satisfies ReportFigure;

/**
 * m(S) with its limit and, where the fit has a bootstrap, its 95 % band,.
 *
 * Units     m in parameters of the dense model of the same loss for the same data, per non-zero parameter
 *
 * @param levels sparsities that were measured
 */
function denseEquivalentFigure(fit: FitResult, levels: readonly number[], scale: SparsityScale): Drawing {
  const curve = Array.from({ length: POINTS }, (_, i) => multiplierAt(fit, i / (POINTS - 1)));
  const limit = curve.at(-1)!;
  const measured = levels.map((level) => multiplierAt(fit, level));
  const best = measured.at(-1);
  const title =
    best === undefined || best.sparsity === 0
      ? "The dense size that a sparse model is worth"
      : `At ${formatPercent(best.sparsity)} sparsity a non-zero parameter is worth ${formatNumber(best.multiple)} dense ones`;
  const band = limit.band === undefined ? "" : ` Shaded and bars: ${COVERAGE} of the bootstrap's refits.`;
  return {
    title,
    subtitle:
      "m(S): a model of sparsity S has the loss of a dense model with m(S) times its non-zero parameters, for the same data. " +
      `Marks: sparsities that were measured. Dashed: the limit as S goes to 1.${band}`,
    columns: 1,
    panels: [multiplierPanel(curve, measured, scale)],
  };
}

function multiplierPanel(curve: readonly Multiplier[], measured: readonly Multiplier[], scale: SparsityScale) {
  const limit = curve.at(-1)!;
  const top = Math.min(highestOf(curve), HIGHEST * (measured.at(-1) ?? limit).multiple);
  const bands = bandsOf(curve).map((band) => ({ ...band, high: Math.min(band.high, HIGHEST * top) }));
  return panel({
    ...margins,
    marginTop: 30,
    marginRight: 96,
    width: FIGURE_WIDTH - 32,
    height: 380,
    x: { domain: [0, 1], label: null, insetLeft: 8 },
    y: { domain: [Math.min(1, ...curve.map((w) => w.band?.low ?? 1)), 1 + 1.1 * (top - 1 || 0.1)], label: null },
    marks: [
      ...linearAxisX({ label: "sparsity S", most: 10, format: (s) => formatPercent(s) }),
      ...linearAxisY({ label: "m(S): dense parameters for each non-zero parameter", most: 6 }),
      Plot.areaY(bands, { x: "x", y1: "low", y2: "high", fill: muted.light, fillOpacity: 0.2, clip: true }),
      Plot.ruleY(limit.multiple < top ? [limit.multiple] : [], { stroke: muted.light, strokeDasharray: "5 4" }),
      Plot.line(curve, { x: "sparsity", y: "multiple", stroke: ink.light, strokeWidth: 1.6, clip: true }),
      limitLabel(limit, top),
      ...measured.flatMap((multiplier) => multiplierMarks(multiplier, scale)),
    ],
  });
}

const highestOf = (curve: readonly Multiplier[]): number =>
  Math.max(...curve.flatMap(({ multiple, band }) => [multiple, band?.high ?? multiple]).filter(Number.isFinite));

const bandsOf = (multipliers: readonly Multiplier[]) =>
  multipliers.flatMap(({ sparsity, band }) => (band === undefined ? [] : [{ x: sparsity, ...band }]));

const interval = ({ band }: Multiplier): string =>
  band === undefined ? "" : ` [${formatNumber(band.low)}, ${formatNumber(band.high)}]`;

const halo = { stroke: paper.light, strokeWidth: 4, fill: ink.light } as const;

/** Above its line, or at the top of the panel where that is out of sight. */
const limitLabel = (limit: Multiplier, top: number): Plot.Markish =>
  Plot.text([[0, Math.min(limit.multiple, top)]], {
    ...halo,
    text: [`limit ${formatNumber(limit.multiple)}${interval(limit)}`],
    textAnchor: "start",
    dy: -9,
    fill: muted.light,
  });

function multiplierMarks(multiplier: Multiplier, scale: SparsityScale): Plot.Markish[] {
  const { colour, symbol } = scale.of(multiplier.sparsity);
  const at = { x: "sparsity", y: "multiple" } as const;
  const label = `${formatNumber(multiplier.multiple)}×${interval(multiplier)}`;
  const bars = Plot.ruleX(bandsOf([multiplier]), {
    x: "x",
    y1: "low",
    y2: "high",
    stroke: colour,
    strokeWidth: 2,
    clip: true,
  });
  const mark = Plot.dot([multiplier], {
    ...at,
    symbol,
    fill: colour,
    r: 5,
    title: () => `S = ${formatPercent(multiplier.sparsity)}, m = ${label}`,
  });
  const text = Plot.text([multiplier], { ...at, ...halo, text: () => label, dx: 9, dy: 14, textAnchor: "start" });
  return multiplier.sparsity === 0 ? [mark] : [bars, mark, text];
}
