/** Every law by its name, and what a law is made of. */
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { abnarLaw } from "./abnar.ts";
import { averageParameterLaw, chinchillaLaw } from "./chinchilla.ts";
import { has, type LawDefinition, lawFrom } from "./definition.ts";
import { formulaLaw } from "./formula-law.ts";
import { kaplanLaw } from "./kaplan.ts";
import type { Law, LawInputs } from "./law.ts";
import { multiplier, multiplierLaw } from "./multiplier.ts";
import { type LawSource, notedSource } from "./source.ts";
import { sparseLaw, sparseLawWithoutCs } from "./sparse.ts";
import { sumOfPowers } from "./sum-of-powers.ts";

export { type AbnarParams, abnarLaw } from "./abnar.ts";
export { averageParameterLaw, type ChinchillaParams, chinchillaLaw } from "./chinchilla.ts";
export { defineLaw, type FormulaLaw, type LawDefinition, type LawOfTable, lawFrom } from "./definition.ts";
export { type Expression, nameExpression, parseExpression } from "./expression.ts";
export { formulaLaw } from "./formula-law.ts";
export { type FunctionLaw, functionLaw } from "./function-law.ts";
export { type KaplanParams, kaplanLaw } from "./kaplan.ts";
export * from "./law.ts";
export { multiplierLaw } from "./multiplier.ts";
export { type Column, columnKey, columnOf, type PowerForm } from "./power-form.ts";
export { type PowerLaw, powerFormOf, type SumOfPowers } from "./power-law.ts";
export { isPresetName, type PresetName, presetNamed, presets, presetUnits } from "./presets.ts";
export type { LawSource } from "./source.ts";
export { type SparseParams, type SparseWithoutCsParams, sparseLaw, sparseLawWithoutCs } from "./sparse.ts";
export { describeUnits, UNNAMED_DATA } from "./units.ts";

const builtIn: readonly LawDefinition[] = [
  sparseLaw,
  sparseLawWithoutCs,
  chinchillaLaw,
  averageParameterLaw,
  abnarLaw,
  kaplanLaw,
  multiplier,
];

export const laws = new Registry<LawDefinition>("law", builtIn);

/** The built-in ones; `laws.names` are all. */
export const LAW_NAMES: readonly string[] = laws.names;

/** What a comparison is made of unless said: the laws that do not say otherwise. */
export function comparedLaws(): string[] {
  return laws.all.filter(({ isCompared = true }) => isCompared).map(({ name }) => name);
}

/** Of the built-in laws. */
export const COMPARED_LAWS: readonly string[] = comparedLaws();

/**
 * A law by its name, or a formula such as "E + A/N^alpha + B/D^beta".
 *
 * @param rows the table that it shall be fitted to; the multiplier law has one parameter for each of its sparsities
 * @throws {ConfigError} for a name that is none of them, or a faulty formula
 */
export function lawNamed(name: string, rows: readonly LawInputs[] = []): Law {
  if (laws.has(name)) return lawFrom(laws.get(name), rows);
  if (/[^\w-]/.test(name)) return formulaLaw(name);
  throw new ConfigError(
    `fit: \`law\` must be one of ${laws.names.join(", ")}, or a formula of S, N, D and parameters; got ${JSON.stringify(name)}.`,
  );
}

/** The same law for other rows: made anew where its parameters follow from the table. */
export function lawForRows(law: Law, rows: readonly LawInputs[]): Law {
  if (!laws.has(law.name)) return law;
  const definition: LawDefinition = laws.get(law.name);
  return has(definition, "forTable") ? definition.forTable(rows) : law;
}

/** What a law can be made of again; undefined for functions of one's own, which stay on this thread. */
export function sourceOf(law: Law): LawSource | undefined {
  return notedSource(law) ?? (builtIn.includes(law) ? { kind: "built-in", name: law.name } : undefined);
}

/** The law that a source describes. */
export function lawOf(source: LawSource): Law {
  if (source.kind === "expression") return formulaLaw(source.formula, source.name);
  if (source.kind === "terms") return sumOfPowers(source);
  return source.levels === undefined ? lawNamed(source.name) : multiplierLaw(source.levels);
}

/** A law of one's own by what a fit says of it; undefined where the name means another law now, or none. */
export function registeredLaw({ law, formula }: { readonly law: string; readonly formula: string }): Law | undefined {
  if (!laws.has(law)) return undefined;
  const definition: LawDefinition = laws.get(law);
  if (builtIn.includes(definition) || definition.formula !== formula || has(definition, "forTable")) return undefined;
  return lawFrom(definition);
}
