/** Numbers as a reader wants them, in text and on logarithmic axes. */

const SUFFIXES = ["", "k", "M", "B", "T", "P", "E"];
const SUPERSCRIPTS: Record<string, string> = Object.fromEntries(
  [..."0123456789-"].map((c, i) => [c, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"[i]!]),
);
/** Narrow no-break space: keeps a number and its unit on one line. */
const THIN = "\u202f";

/** At most `digits` significant digits, no trailing zeros, a true minus sign. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  const text =
    rounded !== 0 && (Math.abs(rounded) < 1e-4 || Math.abs(rounded) >= 1e5)
      ? formatScientific(rounded, digits)
      : `${rounded}`;
  return text.replace("-", "−");
}

/** 1 327 104 → "1.33M". */
export function formatCount(value: number, digits = 3): string {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const group = Math.min(Math.max(Math.floor(Math.log10(Math.abs(rounded)) / 3 + 1e-9), 0), SUFFIXES.length - 1);
  return `${Number((rounded / 1000 ** group).toPrecision(digits))}${SUFFIXES[group]}`;
}

/** 1.23e17 → "1.23×10¹⁷"; a bare power of ten loses its "1×". */
export function formatScientific(value: number, digits = 3): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = `10${[...`${Number(exponent)}`].map((c) => SUPERSCRIPTS[c]).join("")}`;
  return Number(mantissa) === 1 ? power : `${Number(mantissa)}×${power}`;
}

/** 0.875 → "87.5 %". */
export function formatPercent(fraction: number, decimals = 2): string {
  return `${Number((100 * fraction).toFixed(decimals))}${THIN}%`.replace("-", "−");
}

export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${formatNumber(seconds)}${THIN}s`;
  if (seconds < 5400) return `${formatNumber(seconds / 60)}${THIN}min`;
  return `${formatNumber(seconds / 3600)}${THIN}h`;
}

/** The unit after a count of one or many: plural(1, "run") → "1 run". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Labelled ticks of a logarithmic axis: the densest of 1-2-5, 1-3 and whole decades (every second, every third …) that
 * puts at most `most` of them into [lo, hi].
 */
export function logTicks(lo: number, hi: number, most = 6): number[] {
  const decades = range(Math.floor(Math.log10(lo)), Math.ceil(Math.log10(hi)));
  const inside = (ticks: number[]) => ticks.filter((t) => t >= lo * (1 - 1e-9) && t <= hi * (1 + 1e-9));
  const choices = [
    ...[
      [1, 1.5, 2, 3, 5, 7],
      [1, 2, 5],
      [1, 3],
    ].map((steps) => decades.flatMap((d) => steps.map((s) => tenTo(d, s)))),
    ...[1, 2, 3, 4, 6].map((every) => decades.filter((d) => d % every === 0).map((d) => tenTo(d))),
  ].map(inside);
  return choices.find((ticks) => ticks.length <= most) ?? [];
}

/** The unlabelled ticks between: 1, 2 … 9 of each decade in [lo, hi]. */
export function minorLogTicks(lo: number, hi: number): number[] {
  return range(Math.floor(Math.log10(lo)), Math.ceil(Math.log10(hi)))
    .flatMap((d) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((s) => tenTo(d, s)))
    .filter((t) => t >= lo && t <= hi);
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** Parsed rather than multiplied, so that a tick is the number that it prints. */
const tenTo = (exponent: number, mantissa = 1): number => Number(`${mantissa}e${exponent}`);
