/** A law of sparsity and size that was made for mixtures of experts. */
import { pow } from "../../core/math.ts";
import { coefficient, exponent, type Law } from "./law.ts";
import { powerLaw } from "./power-law.ts";

export type AbnarParams = Readonly<
  Record<"a" | "alpha" | "b" | "beta" | "c" | "lambda" | "d" | "delta" | "gamma" | "e", number>
>;

/**
 * A law with a term of sparsity alone and one of sparsity and size, made for mixtures of experts.
 *
 *   L = a/T^α + b/D^β + c/(1−S)^λ + d/((1−S)^δ·T^γ) + e,  T = N/(1−S) all parameters, zeros included
 *
 * Source   Abnar et al. 2025, arXiv 2501.12370
 */
export const abnarLaw: Law<AbnarParams> = powerLaw({
  name: "abnar",
  formula: "L = a/T^α + b/D^β + c/(1−S)^λ + d/((1−S)^δ·T^γ) + e, T = N/(1−S)",
  parameters: ["a", "alpha", "b", "beta", "c", "lambda", "d", "delta", "gamma", "e"],
  units: { a: "nats·T^alpha", b: "nats·D^beta", c: "nats", d: "nats·T^gamma", e: "nats" },
  coordinates: [
    coefficient("a"),
    exponent("alpha"),
    coefficient("b"),
    exponent("beta"),
    coefficient("c"),
    exponent("lambda"),
    coefficient("d"),
    exponent("delta"),
    exponent("gamma"),
    coefficient("e"),
  ],
  inputs: ["sparsity", "nonzeroParams", "data"],
  terms: [
    ["a", ["logParams", "-alpha"], ["logDensity", "alpha"]],
    ["b", ["logData", "-beta"]],
    ["c", ["logDensity", "-lambda"]],
    ["d", ["logDensity", "-delta"], ["logParams", "-gamma"], ["logDensity", "gamma"]],
    ["e"],
  ],
  predict({ a, alpha, b, beta, c, lambda, d, delta, gamma, e }, { sparsity, nonzeroParams, data }) {
    const [density, total] = [1 - sparsity, nonzeroParams / (1 - sparsity)];
    const ofSparsity = c * pow(density, -lambda) + d * pow(density, -delta) * pow(total, -gamma);
    return a * pow(total, -alpha) + b * pow(data, -beta) + ofSparsity + e;
  },
  publish(point, units) {
    const [a, alpha, b, beta, c, lambda, d, delta, gamma, e] = Array.from(point) as number[];
    return {
      a: a! * pow(units.nonzeroParams, alpha!),
      alpha: alpha!,
      b: b! * pow(units.data, beta!),
      beta: beta!,
      c: c!,
      lambda: lambda!,
      d: d! * pow(units.nonzeroParams, gamma!),
      delta: delta!,
      gamma: gamma!,
      e: e!,
    };
  },
  unpublish: ({ a, alpha, b, beta, c, lambda, d, delta, gamma, e }, units) => [
    a * pow(units.nonzeroParams, -alpha),
    alpha,
    b * pow(units.data, -beta),
    beta,
    c,
    lambda,
    d * pow(units.nonzeroParams, -gamma),
    delta,
    gamma,
    e,
  ],
});
