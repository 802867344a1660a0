/** One law fitted to a table, with its intervals where they are asked for. */
import { type AssessOptions, type FitOptions, type FitResult, fitLaw } from "../../fit/index.ts";
import { assessed } from "../assess.ts";
import type { Output } from "../output.ts";
import { describeFit } from "./describe-fit.ts";
import type { FitTable } from "./tables.ts";

/** What the user says of intervals. */
export interface IntervalFlags {
  readonly bootstrap: number | undefined;
  readonly blocks: "nonzero" | "data" | undefined;
  readonly profile: boolean;
}

export async function fitOne(
  { rows, leftOut }: FitTable,
  options: FitOptions,
  intervals: IntervalFlags,
  output: Output,
): Promise<void> {
  const fit = await fitLaw(rows, options);
  const whole: FitResult = isAssessed(intervals)
    ? await assessed(rows, fit, { ...options, ...assessment(intervals) }, output)
    : fit;
  output.record({ ...whole, leftOut });
  output.print(...describeFit(whole));
  for (const warning of whole.warnings) output.warn(warning);
}

const isAssessed = ({ bootstrap, profile }: IntervalFlags): boolean => bootstrap !== undefined || profile;

function assessment({ bootstrap, blocks, profile }: IntervalFlags): AssessOptions {
  const by = { nonzero: "nonzeroParams", data: "data" } as const;
  return {
    profiles: profile,
    ...(bootstrap === undefined ? {} : { replicates: bootstrap }),
    ...(blocks === undefined ? {} : { blocks: by[blocks] }),
  };
}
