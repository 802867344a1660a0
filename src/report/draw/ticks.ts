/** Where the ticks of logarithmic axes stand. */

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
