/** The axis of a law's parameter: logarithmic where its values are positive and span orders of magnitude. */
import { formatCount, formatNumber } from "../../core/format.ts";
import type { Domain } from "./axes.ts";
import { logTicks } from "./ticks.ts";

/** Spans wider than this factor are drawn logarithmic … */
const WIDE = 8;
/** … up to this one: beyond, the lower end is zero for all that can be seen, as of a parameter that a refit does without. */
const ENDLESS = 1e4;
/** Pixels of a letter of a tick's label, and between two labels. */
const LETTER = 7;
const BETWEEN = 10;

export interface ParameterScale {
  readonly type: "log" | "linear";
  readonly domain: Domain;
  /** As many as have room for their labels. */
  readonly ticks: readonly number[];
  /** Where a value stands: 0 … 1 inside the domain. */
  share(value: number): number;
  /** The value that stands there. */
  at(share: number): number;
}

/** @param width pixels of the axis */
export function parameterScale(domain: Domain, width: number): ParameterScale {
  const [low, high] = domain;
  const isLog = low > 0 && high / low > WIDE && high / low < ENDLESS;
  const place = isLog ? logPlace(domain) : { share: (v: number) => (v - low) / (high - low), at: linearAt(domain) };
  const candidates = [5, 4, 3, 2, 1].map((most) => (isLog ? logTicks(low, high, most) : linearTicks(domain, most)));
  const inside = candidates.map((ticks) => ticks.filter((tick) => isLabelInside(tick, place.share(tick), width)));
  const areApart = (ticks: readonly number[]) =>
    ticks.every((tick, i) => {
      const next = ticks[i + 1];
      if (next === undefined) return true;
      const distance = (place.share(next) - place.share(tick)) * width;
      return distance >= (labelWidth(tick) + labelWidth(next)) / 2 + BETWEEN;
    });
  return { type: isLog ? "log" : "linear", domain, ...place, ticks: inside.find(areApart) ?? [] };
}

const linearAt =
  ([low, high]: Domain) =>
  (share: number): number =>
    low + share * (high - low);

function logPlace([low, high]: Domain) {
  const span = Math.log(high / low);
  return {
    share: (value: number) => Math.log(value / low) / span,
    at: (share: number) => low * Math.exp(share * span),
  };
}

/** A tick's label: short, since many panels stand side by side. */
export const formatTick = (value: number): string =>
  value >= 1e5 && value < 1e15 ? formatCount(value) : formatNumber(value, 3);

const labelWidth = (tick: number): number => LETTER * formatTick(tick).length;

/** Labels may reach over the end of an axis by half of what stands between two. */
const isLabelInside = (tick: number, share: number, width: number): boolean =>
  Math.min(share, 1 - share) * width >= (labelWidth(tick) - BETWEEN) / 2;

/** Multiples of 1, 2 or 5 times a power of ten, `most` of them at most. */
function linearTicks([low, high]: Domain, most: number): number[] {
  const exponent = Math.floor(Math.log10((high - low) / most));
  const steps = [1, 2, 5, 10, 20, 50].map((mantissa) => Number(`${mantissa}e${exponent}`));
  for (const step of steps) {
    const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
    if (last - first < most)
      return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
  return [];
}
