/** How a law may be written down, and the law that this makes. */
import { partOf } from "../../core/registry.ts";
import { checkForms, checkName } from "./check.ts";
import { formulaLaw } from "./formula-law.ts";
import { type FunctionLaw, functionLaw } from "./function-law.ts";
import type { Coordinate, Entry, Law, LawInputs } from "./law.ts";
import { type PowerLaw, powerLaw, type SumOfPowers } from "./power-law.ts";
import { sumOfPowers } from "./sum-of-powers.ts";

/** A law as a formula such as "E + A/N^alpha + B/D^beta": plain data, that any thread can read. */
export interface FormulaLaw extends Entry {}

/** A law whose parameters follow from the table, e.g. one for each of its sparsities. */
export interface LawOfTable extends Entry {
  /** @param rows none where only the inputs of the law are asked for */
  forTable(rows: readonly LawInputs[]): Law;
}

/** By its formula, a function, the terms of a sum of powers, with forms of its own or without, in full, or for each table. */
export type LawDefinition = FormulaLaw | FunctionLaw | SumOfPowers | PowerLaw | Law | LawOfTable;

/** Parameters of these names. */
type Of<N extends string> = Readonly<Record<N, number>>;

/**
 * A law of one's own: it is checked here, and `register` or a plugin makes it known by its name.
 *
 *     defineLaw({ name: "two-powers", formula: "L = E + A/N^alpha + B/D^beta" });
 *
 *     defineLaw({
 *       name: "floor", formula: "L = max(E, A·N^−α)", inputs: ["nonzeroParams"],
 *       parameters: { E: "coefficient", A: "coefficient", alpha: "exponent" },
 *       predict: ({ E, A, alpha }, { nonzeroParams }) => Math.max(E, A * nonzeroParams ** -alpha),
 *     });
 *
 * @throws {ConfigError} for a name that is no plain word, a faulty formula, and forms of a law that contradict each other
 */
export function defineLaw<N extends string>(
  law: FunctionLaw<Of<N>> & { readonly parameters: Readonly<Record<N, Coordinate["kind"]>> },
): FunctionLaw<Of<N>>;
export function defineLaw<N extends string>(
  law: PowerLaw<Of<N>> & { readonly parameters: readonly N[] },
): PowerLaw<Of<N>>;
export function defineLaw<D extends LawDefinition>(law: D): D;
export function defineLaw(definition: LawDefinition): LawDefinition {
  checkName(definition.name);
  if (!has(definition, "forTable")) checkMade(definition);
  return partOf("laws", definition);
}

/** Of a formula or a function, the other forms are made here and agree. */
function checkMade(definition: Exclude<LawDefinition, LawOfTable>): void {
  const law = lawFrom(definition);
  if (has(definition, "terms") || has(definition, "evaluate")) checkForms(law);
}

const made = new WeakMap<LawDefinition, Law>();

/**
 * The law that a definition makes.
 *
 * @param rows the table that it shall be fitted to
 */
export function lawFrom(definition: LawDefinition, rows: readonly LawInputs[] = []): Law {
  if (has(definition, "forTable")) return definition.forTable(rows);
  if (has(definition, "evaluate")) return definition;
  const law = made.get(definition) ?? lawOfParts(definition);
  made.set(definition, law);
  return law;
}

function lawOfParts(definition: Exclude<LawDefinition, Law | LawOfTable>): Law {
  if (has(definition, "terms")) return has(definition, "predict") ? powerLaw(definition) : sumOfPowers(definition);
  return has(definition, "predict") ? functionLaw(definition) : formulaLaw(definition.formula, definition.name);
}

/** Tells the kinds of definitions apart. */
export function has<D extends LawDefinition, K extends string>(
  definition: D,
  key: K,
): definition is Extract<D, Record<K, unknown>> {
  return key in definition;
}
