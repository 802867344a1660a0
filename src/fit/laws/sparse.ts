/** The law of sparsely-connected foundation models, whole and without its cS. */
import { pow } from "../../core/math.ts";
import { coefficient, exponent, type Law } from "./law.ts";
import { powerLaw } from "./power-law.ts";

/** Coefficients for N in parameters and D in tokens or images; L in nats. */
export type SparseParams = Readonly<Record<"aS" | "bS" | "cS" | "bN" | "aD" | "bD" | "c", number>>;
export type SparseWithoutCsParams = Readonly<Record<"aS" | "bS" | "bN" | "aD" | "bD" | "c", number>>;

/**
 * Loss of a transformer of N non-zero parameters at sparsity S after D tokens or images.
 *
 *   L(S, N, D) = (aS·(1−S)^bS + cS) · (1/N)^bN + (aD/D)^bD + c
 *
 * Optimiser   L = (a·(1−S)^bS + c)·n^−bN + e·d^−bD + g, with n = N/unit, d = D/unit
 * Source      Frantar et al. 2023, arXiv 2309.08520, eq. 1
 */
export const sparseLaw: Law<SparseParams> = powerLaw({
  name: "sparse",
  formula: "L = (aS·(1−S)^bS + cS)·(1/N)^bN + (aD/D)^bD + c",
  parameters: ["aS", "bS", "cS", "bN", "aD", "bD", "c"],
  units: { aS: "nats·N^bN", cS: "nats·N^bN", aD: "D·nats^(1/bD)", c: "nats" },
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
  terms: [
    ["a", ["logDensity", "bS"], ["logParams", "-bN"]],
    ["c", ["logParams", "-bN"]],
    ["e", ["logData", "-bD"]],
    ["g"],
  ],
  predict: ({ aS, bS, cS, bN, aD, bD, c }, { sparsity, nonzeroParams, data }) =>
    (aS * pow(1 - sparsity, bS) + cS) * pow(nonzeroParams, -bN) + pow(aD / data, bD) + c,
  publish(point, units) {
    const [a, bS, c, bN, e, bD, g] = Array.from(point) as [number, number, number, number, number, number, number];
    const perUnit = pow(units.nonzeroParams, bN);
    return { aS: a * perUnit, bS, cS: c * perUnit, bN, aD: pow(e, 1 / bD) * units.data, bD, c: g };
  },
  unpublish({ aS, bS, cS, bN, aD, bD, c }, units) {
    const perUnit = pow(units.nonzeroParams, -bN);
    return [aS * perUnit, bS, cS * perUnit, bN, pow(aD / units.data, bD), bD, c];
  },
});

/**
 * The same without the part of the capacity term that sparsity does not touch: an ablation.
 *
 *   L(S, N, D) = aS·(1−S)^bS · (1/N)^bN + (aD/D)^bD + c
 */
export const sparseLawWithoutCs: Law<SparseWithoutCsParams> = powerLaw({
  name: "sparse-no-cs",
  formula: "L = aS·(1−S)^bS·(1/N)^bN + (aD/D)^bD + c",
  parameters: ["aS", "bS", "bN", "aD", "bD", "c"],
  units: { aS: "nats·N^bN", aD: "D·nats^(1/bD)", c: "nats" },
  coordinates: [coefficient("a"), exponent("bS"), exponent("bN"), coefficient("e"), exponent("bD"), coefficient("g")],
  inputs: ["sparsity", "nonzeroParams", "data"],
  terms: [["a", ["logDensity", "bS"], ["logParams", "-bN"]], ["e", ["logData", "-bD"]], ["g"]],
  predict: ({ aS, bS, bN, aD, bD, c }, { sparsity, nonzeroParams, data }) =>
    aS * pow(1 - sparsity, bS) * pow(nonzeroParams, -bN) + pow(aD / data, bD) + c,
  publish(point, units) {
    const [a, bS, bN, e, bD, g] = Array.from(point) as [number, number, number, number, number, number];
    return { aS: a * pow(units.nonzeroParams, bN), bS, bN, aD: pow(e, 1 / bD) * units.data, bD, c: g };
  },
  unpublish: ({ aS, bS, bN, aD, bD, c }, units) => [
    aS * pow(units.nonzeroParams, -bN),
    bS,
    bN,
    pow(aD / units.data, bD),
    bD,
    c,
  ],
});
