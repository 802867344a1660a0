/** What is known of a fit's parameters beyond their best values: plain data, made by bootstrap, profiles and the Hessian. */
import type { Params } from "../laws/index.ts";

/** A 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Refits of tables drawn from the table with replacement. */
export interface Bootstrap {
  /** `cases`: rows are drawn; `blocks`: all rows of one N, or of one D, together. */
  readonly kind: "cases" | "blocks";
  readonly by: "nonzeroParams" | "data" | null;
  readonly seed: number;
  /** Refits asked for. */
  readonly replicates: number;
  /** Refits without an end, e.g. of a drawn table that does not identify the law. */
  readonly failed: number;
  /** The published parameters of each refit that has an end, in the order of their draws. */
  readonly params: readonly Params[];
}

/** How the objective rises when one parameter is held and the others are fitted again. */
export interface ProfileCurve {
  readonly parameter: string;
  /** Rising in `value`; `statistic` is the likelihood ratio, 0 at the optimum. */
  readonly points: readonly {
    readonly value: number;
    readonly huberMean: number;
    readonly statistic: number;
    readonly params: Params;
  }[];
  /** Statistic that a 95 % interval reaches up to. */
  readonly threshold: number;
  /** Null where the curve stays below the threshold as far as it was followed: the data set no limit there. */
  readonly interval: { readonly low: number | null; readonly high: number | null };
}

/** A direction in which the objective hardly rises. */
export interface WeakDirection {
  /** Curvature along it over the largest curvature. */
  readonly relativeCurvature: number;
  /** Share of each parameter's logarithm in it, of length 1. */
  readonly direction: Params;
}

export interface Identification {
  /** Largest over smallest curvature of the objective in the logarithms of the parameters. */
  readonly condition: number;
  readonly weakDirections: readonly WeakDirection[];
  /** In words, e.g. "bD is hardly identified: its 95 % interval spans a factor of 10; D takes three values only." */
  readonly statements: readonly string[];
}

export interface Uncertainty {
  readonly bootstrap: Bootstrap;
  /** Of each published parameter, from the bootstrap's percentiles. */
  readonly intervals: Readonly<Record<string, Interval>>;
  readonly profiles: readonly ProfileCurve[];
  readonly identification: Identification;
}
