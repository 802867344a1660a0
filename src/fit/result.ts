/** A finished fit as plain data: what the CLI prints, and what `optimal --law fit.json` reads back. */
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { parseWith } from "../core/schema.ts";
import type { LawInputs } from "./law.ts";
import { lawNamed } from "./laws/index.ts";
import type { SparseParams } from "./laws/sparse.ts";

const named = z.record(z.string(), z.number());

const fitResultSchema = z.object({
  type: z.literal("fit"),
  law: z.string(),
  formula: z.string(),
  residual: z.enum(["raw", "log"]),
  delta: z.number(),
  /** The published form: N in parameters, D in tokens or images, L in nats. */
  params: named,
  /** The optimiser's form, N and D in `units`. */
  scaledParams: named,
  units: z.object({ nonzeroParams: z.number(), data: z.number() }),
  huberMean: z.number(),
  huberSum: z.number(),
  rows: z.int(),
  starts: z.int(),
  startsAtOptimum: z.int(),
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
});

export type FitResult = z.infer<typeof fitResultSchema>;

/**
 * Reads a fit back from JSON.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} where it is no fit, or a parameter of its law is missing
 */
export function parseFitResult(input: unknown, source = "fit"): FitResult {
  const result = parseWith(fitResultSchema, input, source);
  for (const name of lawNamed(result.law).parameters)
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
  throw new ConfigError(`optimal: law must be a fit of the sparse law; got ${fit.law}. Fit with --law sparse.`);
}

/** The loss that a fit predicts, in nats. */
export function predictLoss(fit: FitResult, inputs: LawInputs): number {
  return lawNamed(fit.law).predict(fit.params, inputs);
}
