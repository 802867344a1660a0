/** Multi-head self-attention. */
import { TILE } from "../kernels/registry.ts";
import type { Declare } from "../memory/parameter.ts";
import type { Activations, Tensor, TokenLayout } from "../memory/tensor.ts";
import { scratch, type Tape } from "../tape/tape.ts";
import { declareLinear, type Linear, linear, linearBackward } from "./linear.ts";

/** Bytes of one feature of a tile. */
const TILE_BYTES = TILE * Float32Array.BYTES_PER_ELEMENT;

export interface Attention {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly numHeads: number;
  readonly headDim: number;
  readonly isCausal: boolean;
}

export interface AttentionCache {
  readonly x: Activations;
  readonly q: Activations;
  readonly k: Activations;
  readonly v: Activations;
  readonly mixed: Activations;
  readonly logSumExp: Tensor;
}

export interface AttentionOptions {
  readonly dModel: number;
  readonly numHeads: number;
  readonly isCausal: boolean;
  readonly bias: boolean;
  /** Tokens of an example that pass through. */
  readonly seqLen: number;
  /** Scale of the output projection's initial weights, in units of 1/√dModel. */
  readonly outputGain: number;
}

export function declareAttention(declare: Declare, name: string, options: AttentionOptions): Attention {
  const { dModel, numHeads, isCausal, bias, seqLen, outputGain } = options;
  const project = (part: string, gain = 1) =>
    declareLinear(declare, `${name}.${part}`, dModel, dModel, { bias, role: "block", tokensPerExample: seqLen, gain });
  return {
    query: project("query"),
    key: project("key"),
    value: project("value"),
    output: project("output", outputGain),
    numHeads,
    headDim: dModel / numHeads,
    isCausal,
  };
}

/** Multiply-adds of scores and mixing for one example; a causal token sees half of the keys. */
export function mixingPerExample({ numHeads, headDim, isCausal }: Attention, seqLen: number): number {
  const keys = isCausal ? seqLen / 2 : seqLen;
  return 2 * seqLen * keys * numHeads * headDim;
}

/** y = residual + Wo·attention(Wq·x, Wk·x, Wv·x). */
export function attention(
  tape: Tape,
  layer: Attention,
  layout: TokenLayout,
  x: Activations,
  residual: Activations,
): { y: Activations; cache: AttentionCache } {
  const q = linear(tape, layer.query, x);
  const k = linear(tape, layer.key, x);
  const v = linear(tape, layer.value, x);
  const mixed = tape.activations(`${layer.output.weight.name} input`, x.numTiles, x.features);
  const logSumExp = tape.transient("attention log-sum-exp", layer.numHeads * layout.numTiles * TILE);
  tape.call("f32_attention", layout.batchSize * layer.numHeads, {
    q: q.tensor,
    k: k.tensor,
    v: v.tensor,
    o: mixed.tensor,
    lse: logSumExp,
    ...geometry(layer, layout),
    scratch: scratch((layout.seqTiles * TILE + 1) * TILE_BYTES),
  });
  return { y: linear(tape, layer.output, mixed, residual), cache: { x, q, k, v, mixed, logSumExp } };
}

/** The gradient of the attention's input; the residual's gradient is dY itself. */
export function attentionBackward(
  tape: Tape,
  layer: Attention,
  layout: TokenLayout,
  cache: AttentionCache,
  dY: Activations,
): Activations {
  const { x, q, k, v, mixed, logSumExp } = cache;
  const dMixed = linearBackward(tape, layer.output, mixed, dY);
  const [dQ, dK, dV] = [gradientOf(tape, q), gradientOf(tape, k), gradientOf(tape, v)];
  tape.call("f32_attention_backward", layout.batchSize * layer.numHeads, {
    q: q.tensor,
    k: k.tensor,
    v: v.tensor,
    o: mixed.tensor,
    lse: logSumExp,
    dO: dMixed.tensor,
    dq: dQ.tensor,
    dk: dK.tensor,
    dv: dV.tensor,
    ...geometry(layer, layout),
    scratch: scratch((4 * TILE + layout.seqTiles) * TILE_BYTES),
  });
  const dX = linearBackward(tape, layer.query, x, dQ);
  linearBackward(tape, layer.key, x, dK, dX);
  return linearBackward(tape, layer.value, x, dV, dX);
}

function geometry({ numHeads, headDim, isCausal }: Attention, { seqTiles, seqLen }: TokenLayout) {
  return { numHeads, headDim, seqTiles, seqLen, causal: isCausal ? 1 : 0, scale: 1 / Math.sqrt(headDim) };
}

function gradientOf(tape: Tape, { tensor, numTiles, features }: Activations): Activations {
  return tape.activations(`${tensor.name} gradient`, numTiles, features);
}
