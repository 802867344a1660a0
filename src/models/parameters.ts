/** Every parameter of a model, by the declarations of the model itself. */
import type { ModelConfig } from "../core/config.ts";
import { Arena } from "../memory/arena.ts";
import { type Declare, Parameter, type ParameterSpec } from "../memory/parameter.ts";
import { type DataDimensions, imagesOf, tokensOf } from "./count.ts";
import { decoder } from "./decoder.ts";
import { vit } from "./vit.ts";

/** Name, shape and role of each, in the order of the model. */
export function parameterSpecs(model: ModelConfig, data: DataDimensions): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const arena = new Arena();
  const declare: Declare = (spec) => {
    specs.push(spec);
    return new Parameter(arena, spec, { planes: [], isPruned: false, csrCapacity: undefined });
  };
  if (model.family === "vit") vit(model, { image: imagesOf(data), batchSize: 1, declare });
  else decoder(model, { vocabSize: tokensOf(data).vocabSize, batchSize: 1, declare });
  return specs;
}

/** Every parameter of the dense model: embeddings, norms, biases and head included. */
export function countParameters(model: ModelConfig, data: DataDimensions): number {
  return parameterSpecs(model, data).reduce((sum, { rows, cols }) => sum + rows * cols, 0);
}
