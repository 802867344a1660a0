export type { OptimizerSchemas } from "./index.ts";
export {
  defineOptimizer,
  type HyperParameters,
  type Optimizer,
  type OptimizerTensors,
  updateOperands,
} from "./optimizer.ts";
