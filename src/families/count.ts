/** How large a model is and what its training costs, read off the declarations of its family. */
import { FLOPS_PER_WEIGHT } from "../core/flops.ts";
import { Arena } from "../memory/arena.ts";
import { Parameter, type ParameterSpec } from "../memory/parameter.ts";
import type { DataSource } from "../sources/source.ts";
import type { DataDimensions, ModelChoice } from "./family.ts";
import { familyOf } from "./index.ts";

export interface Declarations {
  /** Name, shape and role of each parameter, in the order of the model. */
  readonly specs: readonly ParameterSpec[];
  /** See `Model.mixingPerExample`. */
  readonly mixingPerExample: number;
}

/** What a model declares for the given data; without them, for the least that it can read. */
export function declarationsOf(model: ModelChoice, data?: DataDimensions): Declarations {
  const family = familyOf(model);
  const specs: ParameterSpec[] = [];
  const arena = new Arena();
  const { mixingPerExample } = family.build(model, {
    data: data ?? family.leastData(model),
    batchSize: 1,
    declare(spec) {
      specs.push(spec);
      return new Parameter(arena, spec, { planes: [], isPruned: false, csrCapacity: undefined });
    },
  });
  return { specs, mixingPerExample };
}

export function parameterSpecs(model: ModelChoice, data?: DataDimensions): readonly ParameterSpec[] {
  return declarationsOf(model, data).specs;
}

const sizeOf = ({ rows, cols }: ParameterSpec) => rows * cols;
const isBlock = ({ role }: ParameterSpec) => role === "block";
const sum = (specs: readonly ParameterSpec[], of: (spec: ParameterSpec) => number) =>
  specs.reduce((total, spec) => total + of(spec), 0);

/** Every parameter of the dense model: embeddings, norms, biases and head included. */
export function countParameters(model: ModelChoice, data: DataDimensions): number {
  return sum(parameterSpecs(model, data), sizeOf);
}

/**
 * Weights of attention and MLP: what the paper counts as the size of a dense model.
 *
 * Source  arXiv 2309.08520 §3: no embeddings, norms, biases or head
 * @param data needed where blocks depend on them, which those of transformers do not
 */
export function blockWeights(model: ModelChoice, data?: DataDimensions): number {
  return nonzeroBlockWeights(model, 0, data);
}

/** The same after pruning: each matrix keeps round(size·(1−S)) of its weights. */
export function nonzeroBlockWeights(model: ModelChoice, sparsity: number, data?: DataDimensions): number {
  return sum(parameterSpecs(model, data).filter(isBlock), (spec) => Math.round(sizeOf(spec) * (1 - sparsity)));
}

/**
 * FLOPs for each example that C = 6·N·D leaves out: scores and mixing of attention, and the products with weights that are no
 * blocks (patch embedding, output head).
 */
export function otherFlopsPerExample(model: ModelChoice, data: DataDimensions): number {
  const { specs, mixingPerExample } = declarationsOf(model, data);
  const edges = specs.filter((spec) => !isBlock(spec));
  return FLOPS_PER_WEIGHT * (mixingPerExample + sum(edges, (spec) => productsOf(spec, sizeOf(spec))));
}

/** Multiply-adds forward of one example with `weights` of a matrix's weights. */
export function productsOf({ tokensPerExample = 0 }: ParameterSpec, weights: number): number {
  return tokensPerExample * weights;
}

/** Units of D in one training step. */
export function dataPerStep(model: ModelChoice, batchSize: number): number {
  return batchSize * familyOf(model).unitsPerExample(model);
}

/** What a loaded source says of a model's shape. */
export function dimensionsOf({ train: _train, valid: _valid, fingerprint: _print, ...dimensions }: DataSource) {
  return dimensions as DataDimensions;
}
