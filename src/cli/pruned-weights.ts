/** Chooses the run whose weights a report shows, and reads them from its newest checkpoint. */

import { ConfigError, FormatError } from "../core/errors.ts";
import { SIZE_TOLERANCE } from "../core/grid.ts";
import type { RunResult } from "../core/record.ts";
import type { RunWeights } from "../report/data/weight-summary.ts";
import { summariseWeights } from "../report/data/weight-summary.ts";
import { type RunEntry, readLatestCheckpoint } from "../store/run-directory.ts";

export interface WeightsOrReason {
  readonly weights?: RunWeights;
  /** Why there are none, as a sentence. */
  readonly weightsAbsence?: string;
}

/**
 * The weights of the run that is named, or of the sparsest of the largest pruned runs that completed.
 *
 * @param wanted id or name of a run
 * @param where the command that asks, for errors
 * @throws {ConfigError} where no run is called so
 */
export async function readWeights(
  entries: readonly RunEntry[],
  wanted: string | undefined,
  where: string,
): Promise<WeightsOrReason> {
  const entry = wanted === undefined ? sparsestOfLargest(entries) : entryNamed(entries, wanted, where);
  if (entry === undefined) return { weightsAbsence: "No pruned run completed, so its weights are left out." };
  const label = entry.config?.name ?? entry.id;
  const checkpoint = await readLatestCheckpoint(entry.directory).catch((error: Error) => {
    if (error instanceof FormatError) return error;
    throw error;
  });
  if (checkpoint instanceof FormatError)
    return { weightsAbsence: `The weights of ${label} are left out: ${checkpoint.message}` };
  if (checkpoint === undefined)
    return { weightsAbsence: `The run ${label} has no checkpoint, so its weights are left out.` };
  const tensors = summariseWeights(checkpoint);
  if (tensors.length === 0)
    return { weightsAbsence: `The run ${label} prunes no tensor, so its weights are left out.` };
  return { weights: { label, step: checkpoint.step, level: entry.config?.sparsity.final ?? 0, tensors } };
}

function entryNamed(entries: readonly RunEntry[], wanted: string, where: string): RunEntry {
  const entry =
    entries.find(({ id }) => id === wanted) ??
    entries.find(({ config, result }) => (result?.name ?? config?.name) === wanted);
  if (entry !== undefined) return entry;
  const known = entries
    .map(({ id }) => id)
    .slice(0, 8)
    .join(", ");
  throw new ConfigError(
    `${where}: --weights must be the id or the name of a run; got ${JSON.stringify(wanted)}. There are ${known}${entries.length > 8 ? " …" : ""}.`,
  );
}

function sparsestOfLargest(entries: readonly RunEntry[]): RunEntry | undefined {
  const pruned = entries.filter(({ result }) => result?.status === "completed" && result.sparsity > 0);
  const result = (entry: RunEntry): RunResult => entry.result!;
  const largest = Math.max(...pruned.map((entry) => result(entry).nonzeroParams));
  return pruned
    .filter((entry) => result(entry).nonzeroParams * SIZE_TOLERANCE > largest)
    .sort((a, b) => result(b).sparsity - result(a).sparsity || result(b).dataSeen - result(a).dataSeen)[0];
}
