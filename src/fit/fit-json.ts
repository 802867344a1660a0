/** A finished fit as plain data: its JSON is written once, and read back by whatever follows from it. */
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { parseWith } from "../core/schema.ts";
import {
  type Law,
  type LawInputs,
  type LawSource,
  lawOf,
  registeredLaw,
  type SparseParams,
  UNNAMED_DATA,
} from "./laws/index.ts";
import { RESIDUALS } from "./solve/index.ts";
import type { Uncertainty } from "./uncertainty/index.ts";

const named = z.record(z.string(), z.number());

const interval = z.object({ low: z.number(), high: z.number() });

const uncertaintySchema: z.ZodType<Uncertainty, Uncertainty> = z.object({
  bootstrap: z.object({
    kind: z.enum(["cases", "blocks"]),
    by: z.enum(["nonzeroParams", "data"]).nullable(),
    seed: z.number(),
    replicates: z.int(),
    failed: z.int(),
    params: z.array(named),
  }),
  intervals: z.record(z.string(), interval),
  profiles: z.array(
    z.object({
      parameter: z.string(),
      points: z.array(z.object({ value: z.number(), huberMean: z.number(), statistic: z.number(), params: named })),
      threshold: z.number(),
      interval: z.object({ low: z.number().nullable(), high: z.number().nullable() }),
    }),
  ),
  identification: z.object({
    condition: z.number(),
    weakDirections: z.array(z.object({ relativeCurvature: z.number(), direction: named })),
    statements: z.array(z.string()),
  }),
});

const column = z.union([
  z.enum(["one", "logDensity", "logParams", "logMeanParams", "logData"]),
  z.object({ sparsity: z.number() }),
]);

const sourceSchema: z.ZodType<LawSource, LawSource> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("built-in"), name: z.string(), levels: z.array(z.number()).optional() }),
  z.object({ kind: z.literal("expression"), formula: z.string(), name: z.string().optional() }),
  z.object({
    kind: z.literal("terms"),
    name: z.string(),
    formula: z.string(),
    parameters: z.record(z.string(), z.enum(["coefficient", "exponent"])),
    inputs: z.array(z.enum(["sparsity", "nonzeroParams", "data", "meanParams"])),
    terms: z.array(z.array(z.union([z.string(), z.tuple([column, z.string()])]))),
    outer: z.string().optional(),
  }),
]);

const fitResultSchema = z.object({
  type: z.literal("fit"),
  law: z.string(),
  /** What the law can be made of again; absent for a law that is a function. */
  source: sourceSchema.optional(),
  formula: z.string(),
  residual: z.enum(RESIDUALS),
  /** Where the Huber loss turns straight; null for squared residuals. */
  delta: z.number().nullable(),
  bounds: z.record(z.string(), z.object({ low: z.number().optional(), high: z.number().optional() })).default({}),
  /** The published form: N in parameters, D in `dataUnit`, L in nats. */
  params: named,
  /** What D counts: tokens, images, or the units of a table's column. */
  dataUnit: z.string().default(UNNAMED_DATA),
  /** The optimiser's form, N and D in `units`. */
  scaledParams: named,
  units: z.object({ nonzeroParams: z.number(), data: z.number() }),
  huberMean: z.number(),
  huberSum: z.number(),
  rows: z.int(),
  /** Rows and runs of the sources that took no part. */
  leftOut: z.array(z.object({ row: z.string(), reason: z.string() })).optional(),
  starts: z.int(),
  /** Parameters that a bound stopped. */
  atBounds: z.array(z.string()).default([]),
  startsAtOptimum: z.int(),
  startsAtLocalOptima: z.int(),
  startsNotConverged: z.int(),
  /** The distinct ends of the starts, lowest first; null for a parameter that ran off to infinity. */
  localOptima: z.array(
    z.object({ huberMean: z.number(), count: z.int(), params: z.record(z.string(), z.number().nullable()) }),
  ),
  /** Nats. */
  meanAbsoluteError: z.number(),
  meanAbsolutePercentageError: z.number(),
  /** What to know before trusting the fit. */
  warnings: z.array(z.string()),
  /** What `assessFit` found, where it was asked. */
  uncertainty: uncertaintySchema.optional(),
});

export type FitResult = z.infer<typeof fitResultSchema>;

const laws = new WeakMap<FitResult, Law>();

export function rememberLaw(fit: FitResult, law: Law): void {
  laws.set(fit, law);
}

/**
 * The law of a fit.
 *
 * @throws {ConfigError} for a fit, read from a file, of a law that is a function and not registered
 */
export function lawOfFit(fit: FitResult): Law {
  const known = laws.get(fit);
  if (known !== undefined) return known;
  const law = fit.source === undefined ? registeredLaw(fit) : lawOf(fit.source);
  if (law === undefined)
    throw new ConfigError(`fit: \`law\` must be a name or a formula to be read back; got the function ${fit.law}.`);
  rememberLaw(fit, law);
  return law;
}

/**
 * Reads a fit back from JSON.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} where it is no fit, or a parameter of its law is missing
 */
export function parseFitResult(input: unknown, source = "fit"): FitResult {
  const result = parseWith(fitResultSchema, input, source);
  for (const name of lawOfFit(result).parameters)
    if (result.params[name] === undefined)
      throw new ConfigError(`${source}: params.${name} must be a number; got undefined. Fit the table again.`);
  return result;
}

/**
 * The sparse law's coefficients in a fit.
 *
 * @throws {ConfigError} for a fit of another law, which has no sparsity to optimise
 */
export function sparseParamsOf(fit: FitResult): SparseParams {
  if (fit.law === "sparse") return fit.params as SparseParams;
  throw new ConfigError(`optimal: \`law\` must be a fit of the sparse law; got ${fit.law}. Fit with \`law\` sparse.`);
}

/** The loss that a fit predicts, in nats. */
export function predictLoss(fit: FitResult, inputs: LawInputs): number {
  return lawOfFit(fit).predict(fit.params, inputs);
}
