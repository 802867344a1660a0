/** Fitting scaling laws; everything but the pool, which is Node's (`pool.ts`). */
export { paperRamp, type Ramp } from "../core/ramp.ts";
export { type Cost, costMultiplier, type TimeCost } from "./advice/cost.ts";
export { chinchillaOptimalData, dataForLoss } from "./advice/data.ts";
export { denseEquivalentMultiplier } from "./advice/dense-equivalent.ts";
export { type IsoFlopPoint, type IsoLossPoint, isoFlopCurve, isoLossCurve } from "./advice/iso-curves.ts";
export { type AnyLaw, type FittedLaw, tellsSparsitiesApart } from "./advice/law-with-params.ts";
export {
  budgetForLoss,
  budgetForSparsity,
  budgetMultipleFor,
  type LossTarget,
  type OptimalOptions,
  type OptimalSparsity,
  optimalSparsity,
} from "./advice/optimal.ts";
export { bandOfOptima, type OptimalBand } from "./advice/optimal-band.ts";
export { type AssessOptions, assessFit } from "./assess.ts";
export { type Comparison, compareLaws, type LawComparison } from "./compare.ts";
export { type FitOptions, fitLaw } from "./fit.ts";
export { type FitResult, parseFitResult, predictLoss, sparseParamsOf } from "./fit-json.ts";
export { type AbnarParams, abnarLaw } from "./laws/abnar.ts";
export { averageParameterLaw, type ChinchillaParams, chinchillaLaw } from "./laws/chinchilla.ts";
export { defineLaw, type FormulaLaw, type LawDefinition, type LawOfTable } from "./laws/definition.ts";
export { formulaLaw } from "./laws/formula-law.ts";
export { type FunctionLaw, functionLaw } from "./laws/function-law.ts";
export { COMPARED_LAWS, LAW_NAMES, lawNamed } from "./laws/index.ts";
export { type KaplanParams, kaplanLaw } from "./laws/kaplan.ts";
export type { FitRow, FitUnits, Law, LawInputs, Params } from "./laws/law.ts";
export { multiplierLaw } from "./laws/multiplier.ts";
export type { PowerLaw } from "./laws/power-law.ts";
export { isPresetName, type PresetName, presetNamed, presets, presetUnits } from "./laws/presets.ts";
export { type SparseParams, type SparseWithoutCsParams, sparseLaw, sparseLawWithoutCs } from "./laws/sparse.ts";
export { describeUnits } from "./laws/units.ts";
export { bandOf, type Prediction, predictWithBand } from "./predict.ts";
export {
  type ColumnMapping,
  type LossUnit,
  type MappedTable,
  mapTable,
  parseMapping,
  type Quantity,
  rowsOf,
  type SourceRow,
} from "./table/columns.ts";
export { parseTable, type Table } from "./table/parse-table.ts";
export { readTable } from "./table/read-table.ts";
export { type RowsOfRuns, rowOfRun, rowsOfRuns } from "./table/rows-of-runs.ts";
export { type LeftOut, type RowRules, selectRows } from "./table/selection.ts";
export type { TaskMonitor, TaskRunner } from "./tasks.ts";
export type * from "./uncertainty/uncertainty.ts";
export { type HoldOut, type PredictionErrors, type Validation, validateFit } from "./validate.ts";
