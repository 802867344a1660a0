/** Finds the law that a command line names. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readYaml } from "../config/yaml.ts";
import { ConfigError } from "../core/errors.ts";
import { listOf } from "../core/registry.ts";
import { lawOfFit } from "../fit/fit-json.ts";
import {
  type FittedLaw,
  formulaLaw,
  isPresetName,
  type LawDefinition,
  lawNamed,
  parseFitResult,
  presetNamed,
  presetUnits,
  sparseLaw,
} from "../fit/index.ts";
import type { Bootstrap } from "../fit/uncertainty/index.ts";
import { readText } from "./files.ts";

export interface NamedLaw extends FittedLaw {
  /** What D counts. */
  readonly dataUnit: string;
  /** Refits, where the fit has them. */
  readonly bootstrap: Bootstrap | undefined;
}

/**
 * A preset by its name, or a fit by its file.
 *
 * @throws {ConfigError} for an unknown name, and for a file that is no fit
 */
export async function readLaw(name: string): Promise<NamedLaw> {
  if (isPresetName(name)) {
    return { law: sparseLaw, params: presetNamed(name), dataUnit: presetUnits[name], bootstrap: undefined };
  }
  // Throws, with the names that there are.
  if (!/[./\\]/.test(name)) presetNamed(name);
  const fit = parseFitResult(readYaml(await readText(name), name).input, name);
  return { law: lawOfFit(fit), params: fit.params, dataUnit: fit.dataUnit, bootstrap: fit.uncertainty?.bootstrap };
}

/**
 * A law to fit: a name, a formula, or a module whose default export is a formula or a law as `defineLaw` takes it.
 *
 * @throws {ConfigError} for an unknown name, a faulty formula, and a module that exports none of these
 */
export async function lawToFit(text: string): Promise<string | LawDefinition> {
  if (!/\.(js|mjs|ts|mts)$/.test(text)) {
    lawNamed(text);
    return text;
  }
  const exported = await defaultExport(text);
  if (typeof exported === "string") return formulaLaw(exported);
  if (isLawDefinition(exported)) return exported;
  throw new ConfigError(
    `--law: the default export of ${text} must be a formula, or an object with name, formula, parameters, inputs and predict; got ${typeof exported}.`,
  );
}

async function defaultExport(file: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new ConfigError(`--law: ${file} must be a module that loads; got ${(cause as Error).message}.`, { cause });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** A function, a law in full or for each table; or what defineLaw returned. */
function isLawDefinition(value: unknown): value is LawDefinition {
  if (!isObject(value)) return false;
  const { name, formula, parameters, inputs, predict, evaluate, forTable } = value;
  if (listOf(value) === "laws" || typeof evaluate === "function" || typeof forTable === "function") return true;
  const isNamed = typeof name === "string" && typeof formula === "string";
  return isNamed && isObject(parameters) && Array.isArray(inputs) && typeof predict === "function";
}
