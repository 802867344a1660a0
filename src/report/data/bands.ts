/** 95 % bands of whatever follows from a fit's parameters, by its bootstrap. */
import { formatPercent } from "../../core/format.ts";
import type { FitResult } from "../../fit/fit-json.ts";
import type { Params } from "../../fit/laws/index.ts";
import { type Bootstrap, type Interval, intervalOf } from "../../fit/uncertainty/index.ts";

/** The share of a band and of an interval, in words. */
export const COVERAGE = formatPercent(0.95);

/** What a bootstrap drew. */
export const drawnOf = ({ by }: Bootstrap): string =>
  by === null ? "runs" : `blocks of one ${by === "data" ? "D" : "N"}`;

/** Refits that a band is made of at most: its edges are then known to about a twentieth of its width. */
const MOST_REFITS = 1000;

/** The refits that a figure draws from; none where the fit has no bootstrap. */
export function refitsOf(fit: FitResult): readonly Params[] {
  return fit.uncertainty?.bootstrap.params.slice(0, MOST_REFITS) ?? [];
}

/** The 2.5 % and 97.5 % quantiles of a function of the parameters over the refits; undefined where there are none. */
export function bandOver(refits: readonly Params[], of: (params: Params) => number): Interval | undefined {
  const values = refits.map(of).filter((value) => !Number.isNaN(value));
  return values.length === 0 ? undefined : intervalOf(values);
}
