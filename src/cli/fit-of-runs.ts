/** The law of the runs that there are, for a report. */
import { availableParallelism } from "node:os";
import { ConfigError } from "../core/errors.ts";
import { requireReplicates } from "../fit/assess.ts";
import { tasksOnPool } from "../fit/fit-pool.ts";
import { type FitResult, fitLaw } from "../fit/index.ts";
import type { RunEntry } from "../store/run-directory.ts";
import { assessed } from "./assess.ts";
import { rowsOfEntries } from "./inputs.ts";
import type { Output } from "./output.ts";

/**
 * The sparse law fitted to the completed runs. Too few to identify it make no law, or one without intervals, and a warning says so.
 *
 * @param replicates refits behind the intervals; 0 for none
 * @throws {ConfigError} for replicates too few for an interval
 */
export async function fitOfRuns(
  entries: readonly RunEntry[],
  replicates: number,
  output: Output,
): Promise<FitResult | undefined> {
  if (replicates !== 0) requireReplicates(replicates);
  const run = tasksOnPool(availableParallelism());
  let fit: FitResult | undefined;
  try {
    const { rows, dataUnit } = rowsOfEntries(entries);
    fit = await fitLaw(rows, { dataUnit, run });
    return replicates === 0 ? fit : await assessed(rows, fit, { dataUnit, run, replicates }, output);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    output.warn(`The report goes without ${fit === undefined ? "a law" : "intervals"}: ${error.message}`);
    return fit;
  }
}
