/** The law that has one parameter for each sparsity of a table. */
import { ConfigError } from "../../core/errors.ts";
import { isAtLevel, levelsOf } from "../../core/grid.ts";
import { pow } from "../../core/math.ts";
import type { LawOfTable } from "./definition.ts";
import { coefficient, exponent, type Law, type Params } from "./law.ts";
import { powerLaw } from "./power-law.ts";
import { withSource } from "./source.ts";

const NAME = "multiplier";
const FORMULA = "L = E + A/(N·eff(S))^α + B/D^β";

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
  const law = powerLaw<Params>({
    name: NAME,
    formula: FORMULA,
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
  return withSource(law, { kind: "built-in", name: NAME, levels: [...levels] });
}

/** The law with the levels of whatever table it is fitted to. */
export const multiplier: LawOfTable = {
  name: NAME,
  formula: FORMULA,
  forTable: (rows) => multiplierLaw(levelsOf(rows)),
};
