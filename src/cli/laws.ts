/** Finds the law that a command line names. */
import { readYaml } from "../core/yaml.ts";
import { type FittedLaw, isPresetName, parseFitResult, presetNamed, presetUnits, sparseLaw } from "../fit/index.ts";
import { lawOfFit } from "../fit/result.ts";
import type { Bootstrap } from "../fit/uncertainty.ts";
import { readText } from "./inputs.ts";

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
