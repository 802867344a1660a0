/** Axes, grids and headings in the report's one style. */
import * as Plot from "@observablehq/plot";
import { formatCount, formatScientific } from "../../core/format.ts";
import { muted } from "./colours.ts";
import { logTicks, minorLogTicks } from "./ticks.ts";

export type Domain = readonly [number, number];

interface AxisOptions {
  readonly label: string;
  readonly format?: (value: number) => string;
  /** Labelled ticks at most. */
  readonly most?: number;
}

const quiet = { label: null, color: muted.light, stroke: muted.light, fill: muted.light } as const;
const grid = { stroke: muted.light, strokeOpacity: 0.16 } as const;

/** Labelled ticks at 1-2-5 or whole decades, small ones at 1, 2 … 9. */
export function logAxisX(domain: Domain, { label, format = formatCount, most = 6 }: AxisOptions): Plot.Markish[] {
  const minor = Plot.axisX(minorLogTicks(...domain), { ...quiet, text: null, tickSize: 3 });
  return [minor, ...axisXAt(logTicks(...domain, most), { label, format })];
}

export function logAxisY(domain: Domain, { label, format = formatCount, most = 7 }: AxisOptions): Plot.Markish[] {
  const ticks = logTicks(...domain, most);
  return [
    Plot.gridY(ticks, grid),
    Plot.axisY(minorLogTicks(...domain), { ...quiet, text: null, tickSize: 3 }),
    // As a channel: Plot thins out the labels of a logarithmic axis that has a tickFormat.
    Plot.axisY(ticks, { ...quiet, text: (value: number) => format(value) }),
    yLabel(label),
  ];
}

/** An axis with exactly these ticks. */
export function axisXAt(ticks: readonly number[], { label, format = formatCount }: AxisOptions): Plot.Markish[] {
  return [
    Plot.gridX(ticks, grid),
    Plot.axisX(ticks, { ...quiet, text: (value: number) => format(value) }),
    xLabel(label),
  ];
}

export function linearAxisX({ label, format, most = 5 }: AxisOptions): Plot.Markish[] {
  const tickFormat = format ? { tickFormat: format } : {};
  return [Plot.gridX({ ...grid, ticks: most }), Plot.axisX({ ...quiet, ticks: most, ...tickFormat }), xLabel(label)];
}

export function linearAxisY({ label, format, most = 5 }: AxisOptions): Plot.Markish[] {
  const tickFormat = format ? { tickFormat: format } : {};
  return [Plot.gridY({ ...grid, ticks: most }), Plot.axisY({ ...quiet, ticks: most, ...tickFormat }), yLabel(label)];
}

const LEFT = { frameAnchor: "top-left", dx: -44, textAnchor: "start" } as const;

const xLabel = (text: string): Plot.Markish => Plot.text([text], { frameAnchor: "bottom", dy: 34, fill: muted.light });
const yLabel = (text: string): Plot.Markish => Plot.text([text], { ...LEFT, dy: -16, fill: muted.light });

/** A panel's heading, above the frame and above the label of its y axis. */
export const heading = (text: string, { dx = LEFT.dx }: { dx?: number } = {}): Plot.Markish =>
  Plot.text([text], { ...LEFT, dx, dy: -34, fontWeight: "600", fontSize: 12 });

/** Room for a heading, a label on each axis and ticks of five characters. */
export const margins = { marginTop: 46, marginLeft: 46, marginRight: 12, marginBottom: 46 } as const;

/** 10¹⁷ on axes of FLOPs. */
export const formatPower = (value: number): string => formatScientific(value, 1);

/** `domain` widened by a factor each way. */
export const widen = ([lo, hi]: Domain, factor: number): Domain => [lo / factor, hi * factor];

/** `domain` widened by a share of its length each way, for linear axes. */
export const pad = ([lo, hi]: Domain, share: number): Domain => {
  const room = share * (hi - lo || Math.abs(hi) || 1);
  return [lo - room, hi + room];
};
