/** The laws that come with the fitter, by name, and those of one's own. */

import { ConfigError } from "../../core/errors.ts";
import { levelsOf } from "../../core/grid.ts";
import { averageParameterLaw, chinchillaLaw, kaplanLaw } from "./dense.ts";
import type { Law, LawInputs, LawSource } from "./law.ts";
import { abnarLaw, multiplierLaw } from "./neighbours.ts";
import { formulaLaw } from "./own.ts";
import { sparseLaw, sparseLawWithoutCs } from "./sparse.ts";

const laws: Readonly<Record<string, Law>> = {
  sparse: sparseLaw,
  "sparse-no-cs": sparseLawWithoutCs,
  chinchilla: chinchillaLaw,
  "average-parameter": averageParameterLaw,
  abnar: abnarLaw,
  kaplan: kaplanLaw,
};

/** Those of `laws`, and the law that has one parameter for each sparsity of the table. */
export const LAW_NAMES: readonly string[] = [...Object.keys(laws), "multiplier"];

/**
 * A law by its name, or a formula such as "E + A/N^alpha + B/D^beta".
 *
 * @param rows the table that it shall be fitted to; the multiplier law has one parameter for each of its sparsities
 * @throws {ConfigError} for a name that is none of them, or a faulty formula
 */
export function lawNamed(name: string, rows: readonly LawInputs[] = []): Law {
  if (Object.hasOwn(laws, name)) return laws[name]!;
  if (name === "multiplier") return multiplierLaw(levelsOf(rows));
  if (/[^\w-]/.test(name)) return formulaLaw(name);
  throw new ConfigError(
    `fit: law must be one of ${LAW_NAMES.join(", ")}, or a formula of S, N, D and parameters; got ${JSON.stringify(name)}.`,
  );
}

/** The law that a source describes. */
export function lawOf(source: LawSource): Law {
  if (source.kind === "expression") return formulaLaw(source.formula);
  return source.levels === undefined ? lawNamed(source.name) : multiplierLaw(source.levels);
}
