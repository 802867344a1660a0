/** How large a model is and what a training step costs, before anything is built. */
import type { ModelConfig } from "../core/config.ts";
import type { DataSource, ImageSource, TokenSource } from "../data/source.ts";

/** What of the data decides a model's shape. */
export type DataDimensions =
  | Pick<TokenSource, "kind" | "vocabSize">
  | Pick<ImageSource, "kind" | "channels" | "height" | "width" | "numClasses">;

/** The settings that decide a block's weights. */
export type BlockShape = Pick<ModelConfig, "dModel" | "numLayers" | "activation" | "dFf">;

/** Width of the MLP's hidden layer: `dFf`, or 4·dModel where it is left out. */
export function hiddenWidth(model: BlockShape): number {
  return model.dFf ?? 4 * model.dModel;
}

/** Matrices of an MLP: up and down, and the gate of a gated one. */
export function mlpMatrices(activation: ModelConfig["activation"]): 2 | 3 {
  return activation === "geglu" ? 3 : 2;
}

/**
 * Weights of attention and MLP: what the paper counts as the size of a dense model.
 *
 *   numLayers · (4·dModel² + (2 | 3)·dModel·dFf)
 *
 * Source  arXiv 2309.08520 §3: no embeddings, norms, biases or head
 */
export function blockWeights(model: BlockShape): number {
  return nonzeroBlockWeights(model, 0);
}

/** The same after pruning: each matrix keeps round(size·(1−S)) of its weights. */
export function nonzeroBlockWeights(model: BlockShape, sparsity: number): number {
  const kept = (rows: number, cols: number) => Math.round(rows * cols * (1 - sparsity));
  const { dModel, numLayers, activation } = model;
  return numLayers * (4 * kept(dModel, dModel) + mlpMatrices(activation) * kept(dModel, hiddenWidth(model)));
}

/** Tokens that one example (a sequence or an image) puts through the blocks. */
export function tokensPerExample(model: ModelConfig, data: DataDimensions): number {
  if (model.family === "decoder") return model.seqLen;
  const { height, width } = imagesOf(data);
  const patches = (height / model.patchSize) * (width / model.patchSize);
  return model.pooling === "class" ? patches + 1 : patches;
}

/** Units of D in one example: the law counts tokens of text, and images. */
export function unitsPerExample(model: ModelConfig): number {
  return model.family === "decoder" ? model.seqLen : 1;
}

/** FLOPs of forward and backward pass for each weight that a token meets: a multiply-add forward, two backward. */
export const FLOPS_PER_WEIGHT = 6;

/**
 * FLOPs for each token that C = 6·N·D leaves out: scores and mixing of attention (a causal one sees half the keys) and the
 * products with the patch embedding or the decoder's output head.
 */
export function otherFlopsPerToken(model: ModelConfig, data: DataDimensions): number {
  const keys = tokensPerExample(model, data) / (model.family === "decoder" ? 2 : 1);
  const attention = 2 * keys * model.dModel * model.numLayers;
  return FLOPS_PER_WEIGHT * (attention + edgeFeatures(model, data) * model.dModel);
}

/** Features on the far side of the edge that every token passes: pixels of a patch, or classes of the next token. */
function edgeFeatures(model: ModelConfig, data: DataDimensions): number {
  return model.family === "vit" ? imagesOf(data).channels * model.patchSize ** 2 : tokensOf(data).vocabSize;
}

/** @throws {TypeError} for tokens */
export function imagesOf(data: DataDimensions): Extract<DataDimensions, { kind: "images" }> {
  if (data.kind !== "images") throw new TypeError("a vit reads images");
  return data;
}

/** @throws {TypeError} for images */
export function tokensOf(data: DataDimensions): Extract<DataDimensions, { kind: "tokens" }> {
  if (data.kind !== "tokens") throw new TypeError("a decoder reads tokens");
  return data;
}

/** What a loaded data source says of a model's shape. */
export function dimensionsOf(source: DataSource): DataDimensions {
  if (source.kind === "tokens") return { kind: "tokens", vocabSize: source.vocabSize };
  const { kind, channels, height, width, numClasses } = source;
  return { kind, channels, height, width, numClasses };
}
