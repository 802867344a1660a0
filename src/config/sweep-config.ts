/** A sweep's configuration: what all runs share, and the grid of what differs. */
import { z } from "zod";
import { without } from "../core/choice.ts";
import { ConfigError } from "../core/errors.ts";
import type { Variant } from "../core/record.ts";
import { type Origin, parseWith, placeOf } from "../core/schema.ts";
import type { ModelChoice } from "../families/family.ts";
import type { UnscaledInput } from "../families/index.ts";
import { completeTraining } from "./derived-defaults.ts";
import { perParts } from "./parts.ts";
import {
  pluginsKey,
  type RunConfig,
  type RunConfigInput,
  type SparsityInput,
  seedRange,
  type TrainingInput,
  variantKey,
} from "./run-config.ts";
import { dataSection, scaledModelSection, sparsitySection, trainingSection } from "./sections.ts";

const count = z.int().positive();

export interface SweepConfig {
  readonly name: string;
  readonly base: {
    readonly model: ModelChoice;
    readonly data: RunConfig["data"];
    readonly training: Omit<RunConfig["training"], "steps">;
    readonly sparsity: Omit<RunConfig["sparsity"], "final">;
    readonly variant: Variant;
    readonly plugins: readonly string[];
  };
  readonly grid: z.output<typeof gridSchema>;
}

/** A sweep's configuration as a user writes it. */
export interface SweepConfigInput {
  readonly name: string;
  readonly base: {
    readonly model: UnscaledInput;
    readonly data: RunConfigInput["data"];
    readonly training: Omit<TrainingInput, "steps">;
    readonly sparsity?: WithoutFinal<SparsityInput> | undefined;
    readonly variant?: Variant | undefined;
    readonly plugins?: readonly string[] | undefined;
  };
  readonly grid: z.input<typeof gridSchema>;
}

/** Of each method's keys on their own: `Omit` of a union would leave those alone that all have. */
type WithoutFinal<S> = S extends SparsityInput ? Omit<S, "final"> : never;

/** S, N and D, and what goes with them. */
const gridSchema = z.strictObject({
  nonzeroParams: z
    .array(count)
    .nonempty()
    .describe(
      "N: non-zero weights of attention and MLP at the end of a run. The widths are chosen for each S so that all of one N end with the same count, within 2 %.",
    ),
  sparsities: z.array(z.number().min(0).lt(1)).nonempty().describe("S: 0 is the dense model."),
  data: z
    .array(count)
    .nonempty()
    .describe("D: tokens (of text) or images seen in training, rounded up to whole batches."),
  seeds: z.array(seedRange).nonempty().default([0]).describe("Each point is trained once for every seed."),
  headDim: count
    .default(64)
    .describe("Width of a head; dModel is a multiple of it. Small models need small heads to be matched closely."),
  learningRateRule: z
    .strictObject({
      exponent: z.number().nonnegative().describe("0.5 or 1 are usual."),
      baseWidth: count.describe("The width at which the rate is the one given."),
    })
    .optional()
    .describe(
      "Multiplies `peak` (or `scale`) by (dModel/baseWidth)^−exponent. Left out, all widths train at the same rate.",
    ),
});

export const sweepConfigSchema = perParts(() =>
  z.strictObject({
    name: z
      .string()
      .describe("Begins the name of every run, and names `<name>.sweep.json`, the summary beside the runs."),
    base: z
      .strictObject({
        model: scaledModelSection(),
        data: dataSection(),
        training: without(trainingSection(), ["steps"]),
        sparsity: sparsitySection(["final"]).prefault({}),
        variant: variantKey,
        plugins: pluginsKey,
      })
      .describe(
        "What all runs share: `model` without dModel, numHeads and dFf; `data`; `training` without steps; `sparsity` without final; `variant`; `plugins`. Keys, ranges and defaults are those of a run.",
      ),
    grid: gridSchema.describe("What differs: every combination of the lists is a run."),
  }),
);

/**
 * Fills in defaults and checks every range.
 *
 * @throws {ConfigError} one line for each problem: place, key, condition, value, remedy
 */
export function parseSweepConfig(input: unknown, source: string | Origin = "sweep"): SweepConfig {
  const parsed = parseWith(sweepConfigSchema(), input, source) as unknown as SweepConfig;
  const training = completeTraining({ ...parsed.base.training, steps: 1 });
  const config = { ...parsed, base: { ...parsed.base, training } };
  for (const key of ["nonzeroParams", "sparsities", "data", "seeds"] as const) {
    const values = config.grid[key];
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice === undefined) continue;
    const place = placeOf(source, ["grid", key]);
    throw new ConfigError(`${place}: grid.${key} must be distinct values; got ${twice} twice. Remove one.`);
  }
  return config;
}
