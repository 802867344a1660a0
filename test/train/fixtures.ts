import type { RunConfigInput } from "../../src/config/run-config.ts";

type Training = Partial<RunConfigInput["training"]>;
/** Of gradual magnitude pruning. */
type Sparsity = Extract<RunConfigInput["sparsity"], { interval?: unknown }>;

/** A decoder of a few thousand weights on a synthetic source: a run of a second or two. */
export function tinyDecoder(training: Training = {}, sparsity: Sparsity = {}): RunConfigInput {
  return {
    model: { family: "decoder", dModel: 16, numLayers: 1, numHeads: 2, seqLen: 20 },
    data: { kind: "synthetic-text", vocabSize: 24 },
    training: {
      steps: 24,
      batchSize: 4,
      evalExamples: 8,
      learningRate: { kind: "cosine", peak: 1e-2, warmupSteps: 4 },
      ...training,
    },
    sparsity: { interval: 2, switchDensity: 0.7, ...sparsity },
  };
}

export function tinyVit(training: Training = {}, sparsity: Sparsity = {}): RunConfigInput {
  return {
    model: { family: "vit", dModel: 16, numLayers: 1, numHeads: 2, patchSize: 4, pooling: "class" },
    data: { kind: "synthetic-images", imageSize: 8, numClasses: 5 },
    training: {
      steps: 24,
      batchSize: 8,
      evalExamples: 32,
      learningRate: { kind: "constant", peak: 3e-3, warmupSteps: 4 },
      ...training,
    },
    sparsity: { interval: 2, switchDensity: 0.7, ...sparsity },
  };
}
