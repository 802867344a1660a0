/** The run tables of the paper, where they are at hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FitRow, parseMapping, parseTable, rowsOf, sparseLaw } from "../../src/fit/index.ts";
import { sharedData } from "../shared.ts";

export const { path: directory, isThere: hasPaperRuns, note: skipNote } = sharedData("paper-runs");

export function t5Rows(): FitRow[] {
  return read("t5-data.csv", "loss=val-loss", ["nonzero=169869312*scale*(1-sparsity)", "data=steps*65536"]);
}

export function vitRows(): FitRow[] {
  return read("vit-data.json", "data=total_examples,loss=val-loss", ["nonzero=84934656*scale*(1-sparsity)"]);
}

function read(file: string, columns: string, expressions: string[]): FitRow[] {
  const table = parseTable(readFileSync(join(directory, file), "utf8"), file);
  return rowsOf(table, sparseLaw, parseMapping(columns, expressions));
}
