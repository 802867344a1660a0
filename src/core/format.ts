/** Numbers as a reader wants them. */

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

/** Of 1 327 104: "1.33M". */
export function formatCount(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return formatNumber(value);
  const rounded = Number(value.toPrecision(digits));
  const exponent = Number(rounded.toExponential().split("e")[1]);
  const group = Math.min(Math.max(Math.floor(exponent / 3), 0), SUFFIXES.length - 1);
  return `${Number((rounded / 1000 ** group).toPrecision(digits))}${SUFFIXES[group]}`;
}

/** 123 quadrillion is "1.23×10¹⁷"; a bare power of ten loses its "1×". */
export function formatScientific(value: number, digits = 3): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = `10${[...`${Number(exponent)}`].map((c) => SUPERSCRIPTS[c]).join("")}`;
  return Number(mantissa) === 1 ? power : `${Number(mantissa)}×${power}`;
}

/** Of 0.875: "87.5 %". */
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
