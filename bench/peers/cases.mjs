/** What every contender is asked to do: the one list of shapes and hyper-parameters. */
import { LEARNING_RATE, REFERENCE_MODELS } from "../lib/models.ts";

/** tokens × inFeatures × outFeatures of x·Wᵀ */
const GEMM_SHAPES = [
  [512, 512, 512],
  [1024, 256, 1024],
  [2048, 384, 1536],
  [256, 768, 3072],
];

/** The sparsities at which our step is held against each peer's dense one. */
export const SPARSITIES = [0, 0.5, 0.75, 0.875, 0.9375];

/** What `parseRunConfig` fills in for sparselaw, in words that the peers understand. Matrices decay, vectors and positions do not. */
export const OPTIMIZER = { learningRate: LEARNING_RATE, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };

/** Steps on one batch before anything is timed: the loss must begin near ln(classes) and fall. */
const CHECK_STEPS = 4;

const gemmCases = GEMM_SHAPES.map(([tokens, inFeatures, outFeatures]) => ({
  kind: "gemm",
  name: `${tokens}×${inFeatures}×${outFeatures}`,
  tokens,
  inFeatures,
  outFeatures,
  flops: 2 * tokens * inFeatures * outFeatures,
}));

const stepCases = Object.entries(REFERENCE_MODELS).map(([name, { model, data, batchSize }]) => ({
  kind: "step",
  name,
  batchSize,
  checkSteps: CHECK_STEPS,
  optimizer: OPTIMIZER,
  model: {
    ...model,
    seqLen: model.family === "vit" ? (data.imageSize / model.patchSize) ** 2 : model.seqLen,
    classes: model.family === "vit" ? data.numClasses : data.vocabSize,
    ...(model.family === "vit" ? { imageSize: data.imageSize, channels: data.channels } : {}),
  },
}));

export const CASES = [...gemmCases, ...stepCases];

/** The operands of the products, exact in f32, so that every contender's result can be checked against the same sums. */
export const gemmInput = (token, feature) => (((token * 31 + feature * 17) % 23) - 11) / 8;
export const gemmWeight = (output, feature) => (((output * 13 + feature * 29) % 19) - 9) / 8;

/** [token, output] of the entries of x·Wᵀ that a contender reports. */
export const gemmSamples = ({ tokens, outFeatures }) => [
  [0, 0],
  [5, 7],
  [tokens >> 1, 3],
  [tokens - 1, outFeatures - 1],
];

/** Entries of x·Wᵀ as they must be: all terms and sums are multiples of 1/64 well below 2²⁴/64, so f32 has them exactly. */
export function expectedSamples(gemm) {
  return gemmSamples(gemm).map(([token, output]) => {
    let sum = 0;
    for (let i = 0; i < gemm.inFeatures; i++) sum += gemmInput(token, i) * gemmWeight(output, i);
    return sum;
  });
}
