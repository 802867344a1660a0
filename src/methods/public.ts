export { keptCount, uniformSparsity } from "./distribution.ts";
export type { MethodSchemas } from "./index.ts";
export {
  type Densify,
  defineMethod,
  type MaskChange,
  type Method,
  type Prune,
  type Regrow,
  type SparsityTarget,
} from "./method.ts";
export { cubicRamp, type MaskUpdate, meanDensity } from "./ramp.ts";
