/** What families made of transformer blocks share: settings, and how they grow. */
import { z } from "zod";
import { log } from "../core/math.ts";
import type { BrokenRelation } from "../core/schema.ts";
import type { BlockOptions } from "../layers/block.ts";
import { MLPS, type MlpKind } from "../layers/mlp.ts";
import type { Candidate, ModelChoice, ScaleTarget, Scaling } from "./family.ts";

const count = z.int().positive();

/** The keys of `model` that describe the blocks. */
export const transformerKeys = {
  dModel: count.describe("Width of the residual stream; divisible by `numHeads`."),
  numLayers: count.describe("Blocks of attention and MLP, pre-norm."),
  numHeads: count.describe("Attention heads of width dModel/numHeads."),
  dFf: count.optional().describe("Width of the MLP's hidden layer; 4·dModel where it is left out."),
  norm: z.enum(["layernorm", "rmsnorm"]).default("layernorm").describe("LayerNorm, or RMSNorm without mean and bias."),
  activation: z
    .enum(Object.keys(MLPS) as [MlpKind, ...MlpKind[]])
    .default("gelu")
    .describe("`geglu` is the gated GELU of T5.1.1, gelu(x·Wi0) ∘ (x·Wi1), with a third matrix."),
  bias: z.boolean().default(true).describe("Biases in the linear layers."),
};

const transformerSchema = z.object(transformerKeys);
export type TransformerConfig = z.infer<typeof transformerSchema>;

/** Options of every block of a model. */
export function blockOptions(
  model: TransformerConfig,
  { seqLen, isCausal }: { seqLen: number; isCausal: boolean },
): BlockOptions {
  return { ...model, dFf: model.dFf ?? 4 * model.dModel, seqLen, isCausal };
}

export function* brokenHeads({ dModel, numHeads }: TransformerConfig): Generator<BrokenRelation> {
  if (dModel % numHeads !== 0)
    yield ["dModel", `divisible by model.numHeads (${numHeads})`, dModel, "Change one of the two."];
}

/** Settings that follow from the size. */
export const WIDTH_KEYS = ["dModel", "numHeads", "dFf"] as const;

/** dFf is a multiple of this, so that rows fill the kernels' register blocks. */
const HIDDEN_STEP = 8;
/** dFf/dModel may be this much above or below the usual. */
const RATIO_RANGE = 2;

/**
 * By width at fixed depth. For each number of heads, with dModel = numHeads·headDim, the two hidden widths around the one that
 * would match exactly, if it were of a usual shape.
 */
export function transformerScaling<C extends ModelChoice & TransformerConfig>(): Scaling<C> {
  return {
    keys: WIDTH_KEYS,
    width: "dModel",
    candidates: transformerCandidates,
    describe: ({ model, headDim }) => `a model of ${model.numLayers} layers with heads of ${headDim}`,
    remedy: "Choose a smaller grid.headDim, another depth or another size.",
  };
}

function* transformerCandidates<C>({ model, weights, headDim, weightsOf }: ScaleTarget<C>): Generator<Candidate> {
  const { usualRatio } = MLPS[model.activation as MlpKind];
  for (let numHeads = 1; ; numHeads++) {
    const dModel = numHeads * headDim;
    const settings = (steps: number) => ({ dModel, numHeads, dFf: HIDDEN_STEP * steps });
    const exact = whereReached(weights, (steps) => weightsOf(settings(steps)));
    if (numHeads > 1 && exact <= 0) return;
    const narrowest = Math.ceil((dModel * usualRatio) / RATIO_RANGE / HIDDEN_STEP);
    const widest = Math.floor((dModel * usualRatio * RATIO_RANGE) / HIDDEN_STEP);
    for (const rounded of [Math.floor(exact), Math.ceil(exact)]) {
      const steps = Math.min(widest, Math.max(narrowest, rounded));
      yield { settings: settings(steps), strain: Math.abs(log((HIDDEN_STEP * steps) / dModel / usualRatio)) };
    }
  }
}

/** Where a straight line takes a value. */
function whereReached(value: number, line: (x: number) => number): number {
  const [first, second] = [line(1), line(2)];
  return 1 + (value - first) / (second - first);
}
