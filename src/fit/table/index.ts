/** From files and runs to rows: what is read, and what is kept. */
export {
  type ColumnMapping,
  type LossUnit,
  type MappedTable,
  mapTable,
  parseMapping,
  type Quantity,
  rowsOf,
  type SourceRow,
} from "./columns.ts";
export { parseTable, type Table } from "./parse-table.ts";
export { readTable } from "./read-table.ts";
export { checkRows, inFixedOrder, sparseInputs } from "./rows.ts";
export { type RowsOfRuns, rowOfRun, rowsOfRuns } from "./rows-of-runs.ts";
export { type LeftOut, type RowRules, selectRows } from "./selection.ts";
