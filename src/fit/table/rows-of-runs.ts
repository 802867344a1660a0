/** From finished runs to the rows of a fit. */

import { ConfigError } from "../../core/errors.ts";
import { FLOPS_PER_WEIGHT } from "../../core/flops.ts";
import type { RunResult } from "../../core/record.ts";
import { type FitRow, UNNAMED_DATA } from "../laws/index.ts";

export interface RowsOfRuns {
  readonly rows: FitRow[];
  /** Ids of the runs of the rows, in their order. */
  readonly ids: readonly string[];
  /** What D counts. */
  readonly dataUnit: string;
  /** Runs that did not complete: their losses say nothing about the law. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * One row for each completed run; N and S as measured at its end.
 *
 * @throws {ConfigError} where some runs count tokens and others images
 */
export function rowsOfRuns(results: readonly RunResult[]): RowsOfRuns {
  const completed = results.filter((run) => run.status === "completed");
  const units = [...new Set(completed.map((run) => run.dataUnit))];
  if (units.length > 1)
    throw new ConfigError(`fit: runs must count their data in one unit; got ${units.join(" and ")}. Fit them apart.`);
  return {
    rows: completed.map(rowOfRun),
    ids: completed.map(({ id }) => id),
    dataUnit: units[0] ?? UNNAMED_DATA,
    skipped: results
      .filter((run) => run.status !== "completed")
      .map(({ id, status, message }) => ({ id, reason: message === undefined ? status : `${status}: ${message}` })),
  };
}

/**
 * What a completed run says to a fit.
 *
 *   N̄ = C / 6D, with C = 6 · Σ over steps of non-zero weights · data of a step: the mean over the run's own schedule
 */
export function rowOfRun({ sparsity, nonzeroParams, dataSeen, trainFlops, validLoss }: RunResult): FitRow {
  return {
    sparsity,
    nonzeroParams,
    meanParams: trainFlops / (FLOPS_PER_WEIGHT * dataSeen),
    data: dataSeen,
    loss: validLoss,
  };
}
