/** Other laws of sparsity. */

import { ConfigError } from "../../core/errors.ts";
import { isAtLevel } from "../../core/grid.ts";
import { pow } from "../../core/math.ts";
import { coefficient, exponent, type Law, type Params } from "./law.ts";
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

/**
 * The dense law with one effective multiplier of N for each sparsity of a table; that of the lowest is 1.
 *
 *   L = A/(N·eff(S))^α + B/D^β + E
 *
 * Optimiser   L = E + a·m(S)·n^−α + b·d^−β, with m = eff^−α
 * Source      Frantar et al. 2025, arXiv 2502.16440
 *
 * @param levels the sparsities, rising
 */
export function multiplierLaw(levels: readonly number[]): Law {
  const [base, ...others] = levels;
  const names = others.map((level) => `eff(${level})`);
  return powerLaw<Params>({
    name: "multiplier",
    formula: "L = E + A/(N·eff(S))^α + B/D^β",
    parameters: ["E", "A", "alpha", "B", "beta", ...names],
    units: { E: "nats", A: "nats·N^alpha", B: "nats·D^beta" },
    coordinates: [
      ...[coefficient("E"), coefficient("a"), exponent("alpha"), coefficient("b"), exponent("beta")],
      ...others.map((level) => coefficient(`m(${level})`)),
    ],
    inputs: ["sparsity", "nonzeroParams", "data"],
    terms: [
      ["E"],
      ["a", ["logParams", "-alpha"], ...others.map((level) => [{ sparsity: level }, `m(${level})`] as const)],
      ["b", ["logData", "-beta"]],
    ],
    levels: [...levels],
    predict(params, { sparsity, nonzeroParams, data }) {
      const { E, A, alpha, B, beta } = params as Record<"E" | "A" | "alpha" | "B" | "beta", number>;
      const level = levels.find((l) => isAtLevel(sparsity, l));
      if (level === undefined)
        throw new ConfigError(
          `multiplier law: sparsity must be one of those fitted, ${levels.join(", ")}; got ${sparsity}. ` +
            "Fit the sparse law to predict between them.",
        );
      const effective = nonzeroParams * (level === base ? 1 : params[`eff(${level})`]!);
      return E + A * pow(effective, -alpha) + B * pow(data, -beta);
    },
    publish(point, units) {
      const [E, a, alpha, b, beta, ...m] = Array.from(point) as number[];
      return {
        E: E!,
        A: a! * pow(units.nonzeroParams, alpha!),
        alpha: alpha!,
        B: b! * pow(units.data, beta!),
        beta: beta!,
        ...Object.fromEntries(names.map((name, i) => [name, pow(m[i]!, -1 / alpha!)])),
      };
    },
    unpublish(params, units) {
      const { E, A, alpha, B, beta } = params as Record<"E" | "A" | "alpha" | "B" | "beta", number>;
      const multipliers = names.map((name) => pow(params[name]!, -alpha));
      return [E, A * pow(units.nonzeroParams, -alpha), alpha, B * pow(units.data, -beta), beta, ...multipliers];
    },
    // A multiplier is about 1, whatever the losses are.
    start: (drawn) => drawn.map((value, i) => (i < 5 ? value : pow(value / drawn[0]!, 0.25))),
  });
}
