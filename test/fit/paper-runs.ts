/** The run tables of the paper, where they are at hand. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FitRow, parseMapping, parseTable, rowsOf, sparseLaw } from "../../src/fit/index.ts";

const directory = fileURLToPath(new URL("../../../shared/data/paper-runs/", import.meta.url));

export const hasPaperRuns = existsSync(directory);

/** Why a test that needs them is skipped, for its name. */
export const skipNote = hasPaperRuns ? "" : " (skipped: no ../shared/data/paper-runs)";

export function t5Rows(): FitRow[] {
  return read("t5-data.csv", "loss=val-loss", ["nonzero=169869312*scale*(1-sparsity)", "data=steps*65536"]);
}

export function vitRows(): FitRow[] {
  return read("vit-data.json", "data=total_examples,loss=val-loss", ["nonzero=84934656*scale*(1-sparsity)"]);
}

function read(file: string, columns: string, expressions: string[]): FitRow[] {
  const table = parseTable(readFileSync(directory + file, "utf8"), file);
  return rowsOf(table, sparseLaw, parseMapping(columns, expressions));
}
