/** Laws of one size and the data: of dense models, and of sparse ones by their mean size. */
import { pow } from "../../core/math.ts";
import { coefficient, exponent, type FitUnits, type Law, meanParamsOf } from "./law.ts";
import { powerLaw } from "./power-law.ts";

/** Coefficients for N in parameters and D in tokens or images; L in nats. */
export type ChinchillaParams = Readonly<Record<"E" | "A" | "alpha" | "B" | "beta", number>>;

type Five = [number, number, number, number, number];

/** What the two laws L = E + A/size^α + B/D^β share. */
const twoPowers = {
  parameters: ["E", "A", "alpha", "B", "beta"] as const,
  units: { E: "nats", A: "nats·N^alpha", B: "nats·D^beta" },
  coordinates: [coefficient("E"), coefficient("a"), exponent("alpha"), coefficient("b"), exponent("beta")],
  publish(point: ArrayLike<number>, units: FitUnits): ChinchillaParams {
    const [E, a, alpha, b, beta] = Array.from(point) as Five;
    return { E, A: a * pow(units.nonzeroParams, alpha), alpha, B: b * pow(units.data, beta), beta };
  },
  unpublish({ E, A, alpha, B, beta }: ChinchillaParams, units: FitUnits): number[] {
    return [E, A * pow(units.nonzeroParams, -alpha), alpha, B * pow(units.data, -beta), beta];
  },
};

/**
 * Loss of a dense model of N parameters after D tokens or images.
 *
 *   L(N, D) = E + A/N^α + B/D^β
 *
 * Optimiser   L = E + a·n^−α + b·d^−β, with n = N/unit, d = D/unit
 * Source      Hoffmann et al. 2022, arXiv 2203.15556, eq. 2
 */
export const chinchillaLaw: Law<ChinchillaParams> = powerLaw({
  ...twoPowers,
  name: "chinchilla",
  formula: "L = E + A/N^α + B/D^β",
  inputs: ["nonzeroParams", "data"],
  terms: [["E"], ["a", ["logParams", "-alpha"]], ["b", ["logData", "-beta"]]],
  predict: ({ E, A, alpha, B, beta }, { nonzeroParams, data }) =>
    E + A * pow(nonzeroParams, -alpha) + B * pow(data, -beta),
});

/**
 * The dense law with the non-zero parameters averaged over training, N̄, in place of N.
 *
 *   L(N̄, D) = E + A/N̄^α + B/D^β
 *
 * Source   Jin et al. 2025, arXiv 2501.12486
 */
export const averageParameterLaw: Law<ChinchillaParams> = powerLaw({
  ...twoPowers,
  name: "average-parameter",
  formula: "L = E + A/N̄^α + B/D^β",
  inputs: ["nonzeroParams", "data"],
  terms: [["E"], ["a", ["logMeanParams", "-alpha"]], ["b", ["logData", "-beta"]]],
  predict: ({ E, A, alpha, B, beta }, inputs) =>
    E + A * pow(meanParamsOf(inputs), -alpha) + B * pow(inputs.data, -beta),
});
