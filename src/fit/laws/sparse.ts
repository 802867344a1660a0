/** The law of sparsely-connected foundation models. */
import { coefficient, exponent, type FitUnits, type Law, type LawInputs, type LogInputs } from "../law.ts";

/** Coefficients for N in parameters and D in tokens or images; L in nats. */
export type SparseParams = Readonly<Record<"aS" | "bS" | "cS" | "bN" | "aD" | "bD" | "c", number>>;

/** a, bS, c, bN, e, bD, g. */
type Coordinates = [number, number, number, number, number, number, number];

/**
 * Loss of a transformer of N non-zero parameters at sparsity S after D tokens or images.
 *
 *   L(S, N, D) = (aS·(1−S)^bS + cS) · (1/N)^bN + (aD/D)^bD + c
 *
 * Optimiser   L = (a·(1−S)^bS + c)·n^−bN + e·d^−bD + g, with n = N/unit, d = D/unit
 * Source      Frantar et al. 2023, arXiv 2309.08520, eq. 1
 */
export const sparseLaw: Law<SparseParams> = {
  name: "sparse",
  formula: "L = (aS·(1−S)^bS + cS)·(1/N)^bN + (aD/D)^bD + c",
  parameters: ["aS", "bS", "cS", "bN", "aD", "bD", "c"],
  coordinates: [
    coefficient("a"),
    exponent("bS"),
    coefficient("c"),
    exponent("bN"),
    coefficient("e"),
    exponent("bD"),
    coefficient("g"),
  ],
  inputs: ["sparsity", "nonzeroParams", "data"],

  predict({ aS, bS, cS, bN, aD, bD, c }: SparseParams, { sparsity, nonzeroParams, data }: LawInputs): number {
    return (aS * (1 - sparsity) ** bS + cS) * nonzeroParams ** -bN + (aD / data) ** bD + c;
  },

  evaluate(p: ArrayLike<number>, { logDensity, logParams, logData }: LogInputs, gradient: Float64Array): number {
    const [a, bS, c, bN, e, bD, g] = p as unknown as Coordinates;
    const sizePower = Math.exp(-bN * logParams);
    const densityPower = Math.exp(bS * logDensity) * sizePower;
    const dataPower = Math.exp(-bD * logData);
    const capacity = a * densityPower + c * sizePower;
    gradient[0] = densityPower;
    gradient[1] = a * densityPower * logDensity;
    gradient[2] = sizePower;
    gradient[3] = -capacity * logParams;
    gradient[4] = dataPower;
    gradient[5] = -e * dataPower * logData;
    gradient[6] = 1;
    return capacity + e * dataPower + g;
  },

  publish(p: ArrayLike<number>, units: FitUnits): SparseParams {
    const [a, bS, c, bN, e, bD, g] = p as unknown as Coordinates;
    const perUnit = units.nonzeroParams ** bN;
    return { aS: a * perUnit, bS, cS: c * perUnit, bN, aD: e ** (1 / bD) * units.data, bD, c: g };
  },

  unpublish({ aS, bS, cS, bN, aD, bD, c }: SparseParams, units: FitUnits): number[] {
    const perUnit = units.nonzeroParams ** -bN;
    return [aS * perUnit, bS, cS * perUnit, bN, (aD / units.data) ** bD, bD, c];
  },
};
