/** The choices that a fit leaves to its user. Nothing is imported here, so that a command line names them without loading a fit. */

/** What a fit compares: losses, or their natural or decimal logarithms. */
export const RESIDUALS = ["raw", "log", "log10"] as const;
export type Residual = (typeof RESIDUALS)[number];

/** Of the residuals: Huber's, which outliers pull by δ at most, or r²/2. */
export const LOSSES = ["huber", "squared"] as const;
export type Loss = (typeof LOSSES)[number];

/** Over the rows. */
export const AVERAGES = ["mean", "sum"] as const;
export type Average = (typeof AVERAGES)[number];

/** `uniform` and `log-uniform` over the ranges, a regular `grid` over the exponents, or all three in turn. */
export const START_SCHEMES = ["mixed", "uniform", "log-uniform", "grid"] as const;
export type StartScheme = (typeof START_SCHEMES)[number];
