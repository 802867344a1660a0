/** Coefficients of the sparse law that others or we have fitted to public run tables. */
import { ConfigError } from "../../core/errors.ts";
import type { SparseParams } from "./sparse.ts";

/**
 * `vit-jft`, `t5-c4`: as published. `t5-c4-optimum`: the minimum of the T5 fit's own objective, which the published fit
 * stops short of.
 *
 * Units    N in parameters; D in images (vit-jft) or tokens (t5-c4); L in nats
 * Source   Frantar et al. 2023, arXiv 2309.08520, table 1; the optimum from the same runs (google-research/jaxpruner,
 *          projects/bigsparse) by `fitLaw`, log residuals, δ = .001
 */
export const presets = {
  "vit-jft": { aS: 2.94e2, bS: 0.821, cS: 4.68e2, bN: 0.392, aD: 2.37e8, bD: 0.89, c: 4.517 },
  "t5-c4": { aS: 1.68e1, bS: 0.722, cS: 4.5e1, bN: 0.245, aD: 6.9e8, bD: 0.203, c: 0.651 },
  "t5-c4-optimum": { aS: 10.71, bS: 1.345, cS: 41.6, bN: 0.2317, aD: 6.77e8, bD: 0.3846, c: 0.8304 },
} satisfies Record<string, SparseParams>;

export type PresetName = keyof typeof presets;

/** What D counts. */
export const presetUnits: Readonly<Record<PresetName, "images" | "tokens">> = {
  "vit-jft": "images",
  "t5-c4": "tokens",
  "t5-c4-optimum": "tokens",
};

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}

/** @throws {ConfigError} for a name that is none of them */
export function presetNamed(name: string): SparseParams {
  if (isPresetName(name)) return presets[name];
  throw new ConfigError(
    `optimal: \`law\` must be one of ${Object.keys(presets).join(", ")}; got ${JSON.stringify(name)}.`,
  );
}
