/** How far each parameter may move before the fit gets significantly worse. */

import * as Plot from "@observablehq/plot";
import { formatNumber } from "../../core/format.ts";
import type { FitResult } from "../../fit/fit-json.ts";
import type { ProfileCurve } from "../../fit/uncertainty/index.ts";
import { COVERAGE } from "../data/bands.ts";
import { extent } from "../data/statistics.ts";
import { axisXAt, heading, linearAxisY, margins } from "../draw/axes.ts";
import { accent, ink, muted } from "../draw/colours.ts";
import { formatTick, parameterScale } from "../draw/parameter-scale.ts";
import { type Drawing, type Panel, panel, panelWidth } from "../draw/svg.ts";
import type { ReportFigure } from "./figure.ts";

/** The axis of the statistic, in multiples of the threshold. */
const TOP = 1.8;
const MOST_COLUMNS = 3;

export const figure = {
  name: "profiles",
  draw: ({ fit }) => fit && profilesFigure(fit),
  absence: ({ fit }) => fit && "The fit has no profiles of its parameters, so their figure is left out.",
} as const satisfies ReportFigure;

/**
 * The profile of each parameter, one panel each; undefined for a fit without profiles.
 *
 * Units     the likelihood ratio has none · parameters as published: N in parameters, D in tokens or images, L in nats
 */
function profilesFigure(fit: FitResult): Drawing | undefined {
  const profiles = fit.uncertainty?.profiles.filter(({ points }) => points.length > 1) ?? [];
  if (profiles.length === 0) return undefined;
  const open = profiles.filter(({ interval }) => interval.low === null || interval.high === null);
  const columns = Math.min(profiles.length, MOST_COLUMNS);
  return {
    title:
      open.length === 0
        ? "The data limit every parameter from both sides"
        : `The data do not limit ${open.map(({ parameter }) => parameter).join(", ")} from both sides`,
    subtitle:
      "Curves: how much worse the fit gets with one parameter held and the others fitted again, as a likelihood ratio. " +
      `Dashed: what ${COVERAGE} of samples stay below. Shaded: the ${COVERAGE} interval. Dots: the fit itself.`,
    columns,
    panels: profiles.map((profile) => profilePanel(profile, fit.params[profile.parameter]!, columns)),
  };
}

function profilePanel(profile: ProfileCurve, best: number, columns: number): Panel {
  const { parameter, points, threshold, interval } = profile;
  const shown = points.filter(({ statistic }) => statistic <= TOP * threshold);
  const [from, to] = extent([...points.filter((_, i) => isNear(profile, i)).map(({ value }) => value), best]);
  const scale = parameterScale([from, to], panelWidth(columns) - margins.marginLeft - margins.marginRight);
  const area = { x1: interval.low ?? from, x2: interval.high ?? to, y1: 0, y2: TOP * threshold };
  return panel({
    ...margins,
    width: panelWidth(columns),
    height: 250,
    x: { type: scale.type, domain: scale.domain, label: null },
    y: { domain: [0, TOP * threshold], label: null },
    marks: [
      Plot.rect([area], { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: accent.light, fillOpacity: 0.13, clip: true }),
      ...axisXAt(scale.ticks, { label: parameter, format: formatTick }),
      ...linearAxisY({ label: "likelihood ratio", most: 4 }),
      heading(`${parameter} = ${formatNumber(best)}  ${intervalText(interval)}`),
      Plot.ruleY([threshold], { stroke: muted.light, strokeDasharray: "5 4" }),
      Plot.line(points, { x: "value", y: "statistic", stroke: ink.light, strokeWidth: 1.5, clip: true }),
      Plot.dot(shown, { x: "value", y: "statistic", fill: ink.light, r: 1.3, clip: true }),
      Plot.dot([[best, 0]], { fill: accent.light, stroke: ink.light, r: 4 }),
    ],
  });
}

/** Points below the top of the panel, and the first beyond on either side, where the curve leaves it. */
function isNear({ points, threshold }: ProfileCurve, i: number): boolean {
  return [i - 1, i, i + 1].some((k) => (points[k]?.statistic ?? Number.POSITIVE_INFINITY) <= TOP * threshold);
}

const intervalText = ({ low, high }: ProfileCurve["interval"]): string =>
  `[${low === null ? "no limit" : formatNumber(low)}, ${high === null ? "no limit" : formatNumber(high)}]`;
