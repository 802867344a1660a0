/** A decoder-only transformer language model. */
import { TILE } from "../../kernels/registry.ts";
import { mixingPerExample } from "../../layers/attention.ts";
import { type Block, type BlockCache, block, blockBackward, declareBlock } from "../../layers/block.ts";
import {
  declareLinear,
  type Linear,
  linear,
  linearBackward,
  tiedLinear,
  tiedLinearBackward,
  weightGradient,
} from "../../layers/linear.ts";
import { declareNorm, type Norm, norm, normBackward } from "../../layers/norm.ts";
import { declarePositions } from "../../layers/positions.ts";
import { type Declare, listing, type Parameter } from "../../memory/parameter.ts";
import { type Activations, type TokenLayout, tokenLayout } from "../../memory/tensor.ts";
import type { TokenSource } from "../../sources/source.ts";
import type { Tape } from "../../tape/tape.ts";
import { type BatchTensors, type Model, recordLoss } from "../model.ts";
import { blockOptions } from "../transformer.ts";
import { windowReader } from "./batch.ts";
import type { DecoderConfig } from "./schema.ts";

interface Decoder {
  /** (vocabSize, dModel) */
  readonly table: Parameter;
  /** (seqLen, dModel) */
  readonly positions: Parameter;
  readonly blocks: readonly Block[];
  readonly finalNorm: Norm;
  /** null where the head is the embedding table. */
  readonly head: Linear | null;
}

type Batch = BatchTensors<"tokens" | "labels">;

/** Token and learned position embeddings, pre-norm blocks with causal attention, a final norm, next-token logits. */
export function buildDecoder(
  config: DecoderConfig,
  { vocabSize, batchSize, declare }: { vocabSize: number; batchSize: number; declare: Declare },
): Model {
  const { seqLen } = config;
  const { parameters, declare: declareListed } = listing(declare);
  const layers = declareDecoder(config, vocabSize, declareListed);
  const layout = tokenLayout(batchSize, seqLen);
  const tokens = { elementType: "i32", shape: [batchSize, layout.seqTiles * TILE] } as const;
  const labelsPerBatch = batchSize * seqLen;
  return {
    parameters,
    fields: { tokens, labels: tokens },
    labelsPerBatch,
    mixingPerExample: layers.blocks.reduce((sum, { attention }) => sum + mixingPerExample(attention, seqLen), 0),
    record(tape, batch: Batch, pass) {
      const { logits, cache } = forward(tape, layers, layout, batch);
      const { labels } = batch.fields;
      const dLogits = recordLoss(tape, logits, { labels, totals: batch.totals, labelsPerBatch }, pass);
      if (dLogits !== undefined) backward(tape, layers, layout, batch, cache, dLogits);
    },
    reader: (source) => windowReader(source as TokenSource, { batchSize, seqLen }),
  };
}

function declareDecoder(config: DecoderConfig, vocabSize: number, declare: Declare): Decoder {
  const { dModel, numLayers, seqLen, bias } = config;
  const table = declare({
    name: "decoder.embedding.weight",
    rows: vocabSize,
    cols: dModel,
    role: "edge",
    isLinear: false,
    tokensPerExample: config.tiedEmbedding ? seqLen : 0,
    hasWeightDecay: true,
    initialDeviation: 1 / Math.sqrt(dModel),
    initialMean: 0,
  });
  const options = blockOptions(config, { seqLen, isCausal: true });
  return {
    table,
    positions: declarePositions(declare, "decoder.positions.weight", seqLen, dModel),
    blocks: Array.from({ length: numLayers }, (_, i) => declareBlock(declare, `decoder.block${i}`, options)),
    finalNorm: declareNorm(declare, "decoder.final_norm", config.norm, dModel),
    head: config.tiedEmbedding
      ? null
      : declareLinear(declare, "decoder.head", dModel, vocabSize, { bias, role: "edge", tokensPerExample: seqLen }),
  };
}

interface DecoderCache {
  readonly blocks: readonly BlockCache[];
  readonly finalNorm: ReturnType<typeof norm>;
}

function forward(
  tape: Tape,
  layers: Decoder,
  layout: TokenLayout,
  batch: Batch,
): { logits: Activations; cache: DecoderCache } {
  const { table, positions } = layers;
  let x = tape.activations("embedded tokens", layout.numTiles, table.spec.cols);
  tape.call("f32_embedding", layout.numTiles, {
    tokens: batch.fields.tokens,
    table: table.value,
    positions: positions.value,
    y: x.tensor,
    features: table.spec.cols,
    seqTiles: layout.seqTiles,
    seqLen: layout.seqLen,
  });
  const blocks = layers.blocks.map((layer) => {
    const { y, cache } = block(tape, layer, layout, x);
    x = y;
    return cache;
  });
  const finalNorm = norm(tape, layers.finalNorm, x);
  const logits = layers.head === null ? tiedLinear(tape, table, finalNorm.y) : linear(tape, layers.head, finalNorm.y);
  return { logits, cache: { blocks, finalNorm } };
}

function backward(
  tape: Tape,
  layers: Decoder,
  layout: TokenLayout,
  batch: Batch,
  cache: DecoderCache,
  dLogits: Activations,
): void {
  let dX = headBackward(tape, layers, cache.finalNorm.y, dLogits);
  dX = normBackward(tape, layers.finalNorm, cache.finalNorm.cache, dX);
  for (let i = layers.blocks.length - 1; i >= 0; i--)
    dX = blockBackward(tape, layers.blocks[i]!, layout, cache.blocks[i]!, dX);
  const { table, positions, head } = layers;
  const features = table.spec.cols;
  tape.call("f32_embedding_backward", features, {
    tokens: batch.fields.tokens,
    dy: dX.tensor,
    dTable: table.grad,
    vocabSize: table.spec.rows,
    features,
    numTiles: layout.numTiles,
    accumulate: head === null ? 1 : 0,
  });
  tape.call("f32_position_gradient", features, {
    dy: dX.tensor,
    dPositions: positions.grad,
    features,
    seqTiles: layout.seqTiles,
    seqLen: layout.seqLen,
    batch: layout.batchSize,
  });
}

function headBackward(tape: Tape, { table, head }: Decoder, x: Activations, dLogits: Activations): Activations {
  if (head !== null) return linearBackward(tape, head, x, dLogits);
  weightGradient(tape, table, x, dLogits, false);
  return tiedLinearBackward(tape, table, dLogits);
}
