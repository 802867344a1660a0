export { keptCount, uniformSparsity } from "./distribution.ts";
export type { MethodSchemas } from "./index.ts";
export {
  defineMethod,
  type Method,
  type PlannedChange,
  type PlannedDensify,
  type PlannedPrune,
  type PlannedRegrow,
  type SparsityTarget,
} from "./method.ts";
export { cubicRamp, type MaskUpdate, meanDensity } from "./ramp.ts";
