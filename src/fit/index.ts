/** Fitting scaling laws; everything but the pool, which is Node's (`pool.ts`). */
export { type AssessOptions, assessFit, bandOf, type Prediction, predictWithBand } from "./assess.ts";
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
export { type Cost, costMultiplier, paperRamp, type Ramp, type TimeCost } from "./cost.ts";
export { type FitOptions, fitLaw } from "./fit.ts";
export {
  type AnyLaw,
  dataForLoss,
  type FittedLaw,
  tellsSparsitiesApart,
} from "./fitted-law.ts";
export { type IsoFlopPoint, type IsoLossPoint, isoFlopCurve, isoLossCurve } from "./iso-curves.ts";
export type { FitRow, FitUnits, Law, LawInputs, Params } from "./law.ts";
export {
  averageParameterLaw,
  type ChinchillaParams,
  chinchillaLaw,
  type KaplanParams,
  kaplanLaw,
} from "./laws/dense.ts";
export { LAW_NAMES, lawNamed } from "./laws/index.ts";
export { type AbnarParams, abnarLaw, multiplierLaw } from "./laws/neighbours.ts";
export { type FunctionLaw, formulaLaw, functionLaw } from "./laws/own.ts";
export { type SparseParams, type SparseWithoutCsParams, sparseLaw, sparseLawWithoutCs } from "./laws/sparse.ts";
export {
  budgetForLoss,
  budgetForSparsity,
  budgetMultipleFor,
  chinchillaOptimalData,
  denseEquivalentMultiplier,
  type LossTarget,
  type OptimalOptions,
  type OptimalSparsity,
  optimalSparsity,
} from "./optimal.ts";
export { bandOfOptima, type OptimalBand } from "./optimal-band.ts";
export { isPresetName, type PresetName, presetNamed, presets, presetUnits } from "./presets.ts";
export { readTable } from "./read-table.ts";
export { type FitResult, parseFitResult, predictLoss, sparseParamsOf } from "./result.ts";
export { type RowsOfRuns, rowOfRun, rowsOfRuns } from "./runs.ts";
export { type LeftOut, type RowRules, selectRows } from "./selection.ts";
export { parseTable, type Table } from "./table.ts";
export type { TaskMonitor, TaskRunner } from "./tasks.ts";
export type * from "./uncertainty.ts";
export { describeUnits } from "./units.ts";
export {
  COMPARED_LAWS,
  type Comparison,
  compareLaws,
  type HoldOut,
  type LawComparison,
  type PredictionErrors,
  type Validation,
  validateFit,
} from "./validate.ts";
