/** The law of dense models. */
import { coefficient, exponent, type FitUnits, type Law, type LawInputs, type LogInputs } from "../law.ts";

/** Coefficients for N in parameters and D in tokens or images; L in nats. */
export type ChinchillaParams = Readonly<Record<"E" | "A" | "alpha" | "B" | "beta", number>>;

/** E, a, alpha, b, beta. */
type Coordinates = [number, number, number, number, number];

/**
 * Loss of a dense model of N parameters after D tokens or images.
 *
 *   L(N, D) = E + A/N^α + B/D^β
 *
 * Optimiser   L = E + a·n^−α + b·d^−β, with n = N/unit, d = D/unit
 * Source      Hoffmann et al. 2022, arXiv 2203.15556, eq. 2
 */
export const chinchillaLaw: Law<ChinchillaParams> = {
  name: "chinchilla",
  formula: "L = E + A/N^α + B/D^β",
  parameters: ["E", "A", "alpha", "B", "beta"],
  coordinates: [coefficient("E"), coefficient("a"), exponent("alpha"), coefficient("b"), exponent("beta")],
  inputs: ["nonzeroParams", "data"],

  predict({ E, A, alpha, B, beta }: ChinchillaParams, { nonzeroParams, data }: LawInputs): number {
    return E + A * nonzeroParams ** -alpha + B * data ** -beta;
  },

  evaluate(p: ArrayLike<number>, { logParams, logData }: LogInputs, gradient: Float64Array): number {
    const [E, a, alpha, b, beta] = p as unknown as Coordinates;
    const sizePower = Math.exp(-alpha * logParams);
    const dataPower = Math.exp(-beta * logData);
    gradient[0] = 1;
    gradient[1] = sizePower;
    gradient[2] = -a * sizePower * logParams;
    gradient[3] = dataPower;
    gradient[4] = -b * dataPower * logData;
    return E + a * sizePower + b * dataPower;
  },

  publish(p: ArrayLike<number>, units: FitUnits): ChinchillaParams {
    const [E, a, alpha, b, beta] = p as unknown as Coordinates;
    return { E, A: a * units.nonzeroParams ** alpha, alpha, B: b * units.data ** beta, beta };
  },

  unpublish({ E, A, alpha, B, beta }: ChinchillaParams, units: FitUnits): number[] {
    return [E, A * units.nonzeroParams ** -alpha, alpha, B * units.data ** -beta, beta];
  },
};
