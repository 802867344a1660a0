/** A sweep's configuration: what all runs share, and the grid of what differs. */
import { z } from "zod";
import {
  dataSchema,
  decoderSchema,
  runConfigSchema,
  sparsitySchema,
  trainingSchema,
  vitSchema,
} from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";
import { type Origin, parseWith, placeOf } from "../core/schema.ts";

const count = z.int().positive();
const widths = { dModel: true, numHeads: true, dFf: true } as const;

export const sweepConfigSchema = z.strictObject({
  /** Begins the name of each run. */
  name: z.string(),
  /** A run's configuration without what the grid decides: widths, steps, final sparsity and seed. */
  base: z.strictObject({
    model: z.discriminatedUnion("family", [decoderSchema.omit(widths), vitSchema.omit(widths)]),
    data: dataSchema,
    training: trainingSchema.omit({ steps: true }),
    sparsity: sparsitySchema.omit({ final: true }).prefault({}),
    variant: runConfigSchema.shape.variant,
  }),
  grid: z.strictObject({
    /** N: non-zero weights of attention and MLP at the end of each run; the same at every sparsity. */
    nonzeroParams: z.array(count).nonempty(),
    /** S: 0 is the dense model. */
    sparsities: z.array(z.number().min(0).lt(1)).nonempty(),
    /** D: tokens (decoder) or images (vit) seen in training, rounded up to whole batches. */
    data: z.array(count).nonempty(),
    seeds: z.array(z.int().nonnegative().max(0xffffffff)).nonempty().default([0]),
    /** Width of one head; dModel is a multiple of it. */
    headDim: count.default(64),
    /** Learning rates are multiplied by (dModel/baseWidth)^−exponent. */
    learningRateRule: z.strictObject({ exponent: z.number().nonnegative(), baseWidth: count }).optional(),
  }),
});

export type SweepConfig = z.infer<typeof sweepConfigSchema>;
/** A sweep's configuration as a user writes it. */
export type SweepConfigInput = z.input<typeof sweepConfigSchema>;

/**
 * Fills in defaults and checks every range.
 *
 * @throws {ConfigError} one line for each problem: place, key, condition, value, remedy
 */
export function parseSweepConfig(input: unknown, source: string | Origin = "sweep"): SweepConfig {
  const config = parseWith(sweepConfigSchema, input, source);
  for (const key of ["nonzeroParams", "sparsities", "data", "seeds"] as const) {
    const values = config.grid[key];
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice === undefined) continue;
    const place = placeOf(source, ["grid", key]);
    throw new ConfigError(`${place}: grid.${key} must be distinct values; got ${twice} twice. Remove one.`);
  }
  return config;
}
