/** What others build on: families of their own, and the layers to make them of. */
export { block, blockBackward, declareBlock } from "../layers/block.ts";
export { declareLinear, declareVector, linear, linearBackward, linearGradients } from "../layers/linear.ts";
export { declareNorm, norm, normBackward } from "../layers/norm.ts";
export { declarePositions } from "../layers/positions.ts";
export { type Declare, listing, type Parameter, type ParameterSpec } from "../memory/parameter.ts";
export { type Activations, type Tensor, type TokenLayout, tokenLayout } from "../memory/tensor.ts";
export { scratch, type Tape } from "../tape/tape.ts";
export { type BuildOptions, type DataDimensions, defineFamily, type Family, type Scaling } from "./family.ts";
export { decoder, type FamilySchemas, type ModelConfig, vit } from "./index.ts";
export {
  type BatchField,
  type BatchTensors,
  type ExampleReader,
  type FieldArrays,
  type Model,
  type Pass,
  recordLoss,
} from "./model.ts";
