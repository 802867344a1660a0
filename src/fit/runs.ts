/** From finished runs to the rows of a fit. */
import type { RunResult } from "../core/record.ts";
import type { FitRow } from "./law.ts";

export interface RowsOfRuns {
  readonly rows: FitRow[];
  /** Runs that did not complete: their losses say nothing about the law. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** One row for each completed run; N and S as measured at its end. */
export function rowsOfRuns(results: readonly RunResult[]): RowsOfRuns {
  const completed = results.filter((run) => run.status === "completed");
  return {
    rows: completed.map(({ sparsity, nonzeroParams, dataSeen, validLoss }) => ({
      sparsity,
      nonzeroParams,
      data: dataSeen,
      loss: validLoss,
    })),
    skipped: results
      .filter((run) => run.status !== "completed")
      .map(({ id, status, message }) => ({ id, reason: message === undefined ? status : `${status}: ${message}` })),
  };
}
