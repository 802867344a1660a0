/** What a law recommends. */
export { type Cost, costMultiplier, type TimeCost } from "./cost.ts";
export { chinchillaOptimalData, dataForLoss } from "./data.ts";
export { denseEquivalentMultiplier } from "./dense-equivalent.ts";
export { type IsoFlopPoint, type IsoLossPoint, isoFlopCurve, isoLossCurve } from "./iso-curves.ts";
export { type AnyLaw, type FittedLaw, sparseParamsIn, tellsSparsitiesApart } from "./law-with-params.ts";
export {
  budgetForLoss,
  budgetForSparsity,
  budgetMultipleFor,
  type LossTarget,
  type OptimalOptions,
  type OptimalSparsity,
  optimalSparsity,
} from "./optimal.ts";
export { bandOfOptima, type OptimalBand } from "./optimal-band.ts";
