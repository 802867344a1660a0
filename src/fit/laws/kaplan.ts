/** The dense law without an irreducible part. */
import { pow } from "../../core/math.ts";
import { coefficient, exponent, type Law } from "./law.ts";
import { powerLaw } from "./power-law.ts";

/** Coefficients for N in parameters and D in tokens or images; L in nats. */
export type KaplanParams = Readonly<Record<"Nc" | "alphaN" | "Dc" | "alphaD", number>>;

/**
 * Loss of a dense model that has no irreducible part.
 *
 *   L(N, D) = [(Nc/N)^(αN/αD) + Dc/D]^αD
 *
 * Optimiser   L = (k·n^−r + m·d^−1)^αD, with r = αN/αD
 * Source      Kaplan et al. 2020, arXiv 2001.08361, eq. 1.5
 */
export const kaplanLaw: Law<KaplanParams> = powerLaw({
  name: "kaplan",
  formula: "L = [(Nc/N)^(αN/αD) + Dc/D]^αD",
  parameters: ["Nc", "alphaN", "Dc", "alphaD"],
  units: { Nc: "N·nats^(1/alphaN)", Dc: "D·nats^(1/alphaD)" },
  coordinates: [coefficient("k"), exponent("r"), coefficient("m"), exponent("alphaD")],
  inputs: ["nonzeroParams", "data"],
  terms: [
    ["k", ["logParams", "-r"]],
    ["m", ["logData", "-1"]],
  ],
  outer: "alphaD",
  predict: ({ Nc, alphaN, Dc, alphaD }, { nonzeroParams, data }) =>
    pow(pow(Nc / nonzeroParams, alphaN / alphaD) + Dc / data, alphaD),
  publish(point, units) {
    const [k, r, m, alphaD] = Array.from(point) as [number, number, number, number];
    return { Nc: pow(k, 1 / r) * units.nonzeroParams, alphaN: r * alphaD, Dc: m * units.data, alphaD };
  },
  unpublish: ({ Nc, alphaN, Dc, alphaD }, units) => {
    const r = alphaN / alphaD;
    return [pow(Nc / units.nonzeroParams, r), r, Dc / units.data, alphaD];
  },
  // Coefficients are drawn in units of the loss; these stand under its αD-th power.
  start: ([k, r, m, alphaD]) => [pow(k!, 1 / alphaD!), r!, pow(m!, 1 / alphaD!), alphaD!],
});
