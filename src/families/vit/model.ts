/** A vision transformer: image classification on patches. */
import { ShapeError } from "../../core/errors.ts";
import { TILE } from "../../kernels/registry.ts";
import { mixingPerExample } from "../../layers/attention.ts";
import { type Block, type BlockCache, block, blockBackward, declareBlock } from "../../layers/block.ts";
import {
  declareLinear,
  declareVector,
  type Linear,
  linear,
  linearBackward,
  linearGradients,
} from "../../layers/linear.ts";
import { declareNorm, type Norm, type NormCache, norm, normBackward } from "../../layers/norm.ts";
import { declarePositions } from "../../layers/positions.ts";
import { type Declare, listing, type Parameter } from "../../memory/parameter.ts";
import { type Activations, type TokenLayout, tokenLayout } from "../../memory/tensor.ts";
import type { ImageSource } from "../../sources/source.ts";
import type { Tape } from "../../tape/tape.ts";
import { type BatchTensors, type Model, recordLoss } from "../model.ts";
import { blockOptions } from "../transformer.ts";
import { imageReader } from "./batch.ts";
import type { VitConfig } from "./schema.ts";

type ImageDimensions = Pick<ImageSource, "channels" | "height" | "width" | "numClasses">;
type Batch = BatchTensors<"images" | "labels">;

interface Vit {
  /** (dModel, channels·patchSize²) */
  readonly patches: Linear;
  /** (dModel); null with mean pooling. */
  readonly classToken: Parameter | null;
  /** (tokens of an image, dModel) */
  readonly positions: Parameter;
  readonly blocks: readonly Block[];
  readonly finalNorm: Norm;
  readonly head: Linear;
}

interface Geometry extends ImageDimensions {
  readonly patchSize: number;
  readonly layout: TokenLayout;
  /** Token of the first patch: 1 behind a class token, else 0. */
  readonly firstToken: number;
  /** Tokens [0, pooledEnd) are averaged: the class token alone, or all. */
  readonly pooledEnd: number;
}

interface VitCache {
  readonly patches: Activations;
  readonly blocks: readonly BlockCache[];
  readonly finalNorm: NormCache;
  readonly pooled: Activations;
}

/** Patch and learned position embeddings, pre-norm blocks, a final norm, pooling over the tokens, class logits. */
export function buildVit(
  config: VitConfig,
  { image, batchSize, declare }: { image: ImageDimensions; batchSize: number; declare: Declare },
): Model {
  const geometry = vitGeometry(config, image, batchSize);
  const { seqLen } = geometry.layout;
  const { parameters, declare: declareListed } = listing(declare);
  const layers = declareVit(config, geometry, declareListed);
  return {
    parameters,
    fields: {
      images: { elementType: "f32", shape: [batchSize, image.channels, image.height, image.width] },
      labels: { elementType: "i32", shape: [Math.ceil(batchSize / TILE), TILE] },
    },
    labelsPerBatch: batchSize,
    mixingPerExample: layers.blocks.reduce((sum, { attention }) => sum + mixingPerExample(attention, seqLen), 0),
    record(tape, batch: Batch, pass) {
      const { logits, cache } = forward(tape, layers, geometry, batch);
      const loss = { labels: batch.fields.labels, totals: batch.totals, labelsPerBatch: batchSize };
      const dLogits = recordLoss(tape, logits, loss, pass);
      if (dLogits !== undefined) backward(tape, layers, geometry, cache, dLogits);
    },
    reader: (source) => imageReader(source as ImageSource, { batchSize }),
  };
}

function vitGeometry(config: VitConfig, image: ImageDimensions, batchSize: number): Geometry {
  const { patchSize, pooling } = config;
  if (image.height % patchSize !== 0 || image.width % patchSize !== 0)
    throw new ShapeError(
      `vit: model.patchSize must divide the image's height and width (${image.height}×${image.width}); got ${patchSize}. ` +
        "Choose a common divisor of both.",
    );
  const firstToken = pooling === "class" ? 1 : 0;
  const seqLen = firstToken + (image.height / patchSize) * (image.width / patchSize);
  return {
    ...image,
    patchSize,
    firstToken,
    layout: tokenLayout(batchSize, seqLen),
    pooledEnd: pooling === "class" ? 1 : seqLen,
  };
}

function declareVit(config: VitConfig, { channels, patchSize, numClasses, layout }: Geometry, declare: Declare): Vit {
  const { dModel, bias } = config;
  const { seqLen } = layout;
  const options = blockOptions(config, { seqLen, isCausal: false });
  const pixels = channels * patchSize ** 2;
  return {
    patches: declareLinear(declare, "vit.patches", pixels, dModel, {
      bias: true,
      role: "edge",
      tokensPerExample: seqLen,
    }),
    classToken: config.pooling === "class" ? declareVector(declare, "vit.class_token", dModel, 0) : null,
    positions: declarePositions(declare, "vit.positions.weight", seqLen, dModel),
    blocks: Array.from({ length: config.numLayers }, (_, i) => declareBlock(declare, `vit.block${i}`, options)),
    finalNorm: declareNorm(declare, "vit.final_norm", config.norm, dModel),
    head: declareLinear(declare, "vit.head", dModel, numClasses, { bias, role: "edge", tokensPerExample: 1 }),
  };
}

function forward(tape: Tape, layers: Vit, geometry: Geometry, batch: Batch): { logits: Activations; cache: VitCache } {
  const { patches, x: embedded } = embedPatches(tape, layers, geometry, batch);
  let x = embedded;
  const blocks = layers.blocks.map((layer) => {
    const { y, cache } = block(tape, layer, geometry.layout, x);
    x = y;
    return cache;
  });
  const normed = norm(tape, layers.finalNorm, x);
  const { features } = normed.y;
  const { batchSize, seqTiles } = geometry.layout;
  const pooled = tape.activations("pooled tokens", Math.ceil(batchSize / TILE), features);
  tape.call("f32_pool", pooled.numTiles, {
    x: normed.y.tensor,
    y: pooled.tensor,
    features,
    seqTiles,
    firstToken: 0,
    lastToken: geometry.pooledEnd,
    batch: batchSize,
  });
  return { logits: linear(tape, layers.head, pooled), cache: { patches, blocks, finalNorm: normed.cache, pooled } };
}

function embedPatches(
  tape: Tape,
  layers: Vit,
  geometry: Geometry,
  batch: Batch,
): { patches: Activations; x: Activations } {
  const { channels, height, width, patchSize, firstToken, layout } = geometry;
  const { numTiles, batchSize, seqTiles, seqLen } = layout;
  const patches = tape.activations("patches", numTiles, channels * patchSize ** 2);
  tape.call("f32_patches", batchSize, {
    images: batch.fields.images,
    patches: patches.tensor,
    channels,
    height,
    width,
    patchSize,
    firstToken,
    seqTiles,
  });
  const projected = linear(tape, layers.patches, patches);
  const x = tape.activations("embedded patches", numTiles, projected.features);
  tape.call("f32_add_positions", numTiles, {
    x: projected.tensor,
    positions: layers.positions.value,
    classToken: layers.classToken?.value ?? null,
    y: x.tensor,
    features: projected.features,
    seqTiles,
    seqLen,
  });
  return { patches, x };
}

function backward(tape: Tape, layers: Vit, geometry: Geometry, cache: VitCache, dLogits: Activations): void {
  const { layout } = geometry;
  const dPooled = linearBackward(tape, layers.head, cache.pooled, dLogits);
  let dX = tape.activations("final norm output gradient", layout.numTiles, dPooled.features);
  tape.call("f32_pool_backward", layout.batchSize, {
    dy: dPooled.tensor,
    dx: dX.tensor,
    features: dX.features,
    seqTiles: layout.seqTiles,
    firstToken: 0,
    lastToken: geometry.pooledEnd,
  });
  dX = normBackward(tape, layers.finalNorm, cache.finalNorm, dX);
  for (let i = layers.blocks.length - 1; i >= 0; i--)
    dX = blockBackward(tape, layers.blocks[i]!, layout, cache.blocks[i]!, dX);
  embeddingGradients(tape, layers, geometry, cache.patches, dX);
}

function embeddingGradients(
  tape: Tape,
  layers: Vit,
  { layout }: Geometry,
  patches: Activations,
  dX: Activations,
): void {
  const { seqTiles, seqLen, batchSize: batch } = layout;
  const { features } = dX;
  tape.call("f32_position_gradient", features, {
    dy: dX.tensor,
    dPositions: layers.positions.grad,
    features,
    seqTiles,
    seqLen,
    batch,
  });
  if (layers.classToken !== null)
    tape.call("f32_class_token_gradient", features, {
      dy: dX.tensor,
      dClassToken: layers.classToken.grad,
      features,
      seqTiles,
      batch,
    });
  linearGradients(tape, layers.patches, patches, dX);
}
