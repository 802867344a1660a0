/** A pre-norm transformer block: x + attention(norm(x)), then + mlp(norm(·)). */
import type { Declare } from "../memory/parameter.ts";
import type { Activations, TokenLayout } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";
import { type Attention, type AttentionCache, attention, attentionBackward, declareAttention } from "./attention.ts";
import { declareMlp, type Mlp, type MlpCache, type MlpKind, mlp, mlpBackward } from "./mlp.ts";
import { declareNorm, type Norm, type NormCache, norm, normBackward } from "./norm.ts";

export interface Block {
  readonly attentionNorm: Norm;
  readonly attention: Attention;
  readonly mlpNorm: Norm;
  readonly mlp: Mlp;
}

export interface BlockCache {
  readonly attentionNorm: NormCache;
  readonly attention: AttentionCache;
  readonly mlpNorm: NormCache;
  readonly mlp: MlpCache;
}

export interface BlockOptions {
  readonly dModel: number;
  readonly dFf: number;
  readonly numHeads: number;
  readonly numLayers: number;
  readonly norm: "layernorm" | "rmsnorm";
  readonly activation: MlpKind;
  readonly bias: boolean;
  /** Tokens of an example. */
  readonly seqLen: number;
  readonly isCausal: boolean;
}

/** Both output projections start 1/√(2·numLayers) smaller, so that the residual's variance stays about 1 (GPT-2). */
export function declareBlock(declare: Declare, name: string, options: BlockOptions): Block {
  const shared = { ...options, outputGain: 1 / Math.sqrt(2 * options.numLayers) };
  return {
    attentionNorm: declareNorm(declare, `${name}.attention_norm`, options.norm, options.dModel),
    attention: declareAttention(declare, `${name}.attention`, shared),
    mlpNorm: declareNorm(declare, `${name}.mlp_norm`, options.norm, options.dModel),
    mlp: declareMlp(declare, `${name}.mlp`, shared),
  };
}

export function block(
  tape: Tape,
  layer: Block,
  layout: TokenLayout,
  x: Activations,
): { y: Activations; cache: BlockCache } {
  const normed = norm(tape, layer.attentionNorm, x);
  const attended = attention(tape, layer.attention, layout, normed.y, x);
  const normedAgain = norm(tape, layer.mlpNorm, attended.y);
  const out = mlp(tape, layer.mlp, normedAgain.y, attended.y);
  return {
    y: out.y,
    cache: { attentionNorm: normed.cache, attention: attended.cache, mlpNorm: normedAgain.cache, mlp: out.cache },
  };
}

/** dX; dY is used up: the gradients that come back through the branches are added onto it. */
export function blockBackward(
  tape: Tape,
  layer: Block,
  layout: TokenLayout,
  cache: BlockCache,
  dY: Activations,
): Activations {
  const dMlp = mlpBackward(tape, layer.mlp, cache.mlp, dY);
  const dMiddle = normBackward(tape, layer.mlpNorm, cache.mlpNorm, dMlp, dY);
  const dAttention = attentionBackward(tape, layer.attention, layout, cache.attention, dMiddle);
  return normBackward(tape, layer.attentionNorm, cache.attentionNorm, dAttention, dMiddle);
}
