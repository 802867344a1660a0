import { parseRunConfig } from "../../src/config/run-config.ts";
import type { RunEvent, RunResult } from "../../src/core/record.ts";
import type { Checkpoint, NamedArray } from "../../src/store/store.ts";

export const config = parseRunConfig({
  name: "fixture",
  model: { family: "decoder", dModel: 8, numLayers: 1, numHeads: 1, seqLen: 8 },
  data: { kind: "synthetic-text" },
  training: { steps: 200, batchSize: 2 },
});

export const stepEvent = (step: number, trainLoss = 1 / step): RunEvent => ({
  type: "step",
  step,
  trainLoss,
  learningRate: 0.1,
  sparsity: 0.5,
  stepMs: 1.5,
});
export const checkpointEvent = (step: number): RunEvent => ({ type: "checkpoint", step, file: `step-${step}` });

/** Tensors that differ from step to step. */
export function checkpointAt(step: number, size = 64): Checkpoint {
  const tensors = new Map<string, NamedArray>([
    ["weight", { shape: [2, size / 2], data: Float32Array.from({ length: size }, (_, i) => step + i / size) }],
    ["mask", { shape: [3], data: Uint8Array.of(1, step % 2, 0) }],
    ["losses", { shape: [step], data: Float64Array.from({ length: step }, (_, i) => 1 / (i + 1)) }],
  ]);
  return { step, tensors, metadata: { seed: "7" } };
}

export const result: RunResult = {
  type: "result",
  id: "run",
  status: "completed",
  config,
  validLoss: 1.25,
  validAccuracy: 0.5,
  trainLoss: 1.5,
  nonzeroParams: 10,
  denseParams: 20,
  totalParams: 30,
  sparsity: 0.5,
  dataSeen: 1000,
  dataUnit: "tokens",
  steps: 200,
  trainFlops: 1e6,
  seconds: 2,
  stepsPerSecond: 100,
  threads: 1,
  variant: "strict",
  turbo: false,
  switchDensity: 0.4,
  memoryBytes: 65536,
  parameterBytes: 4096,
  lossHash: "0123456789abcdef",
  finishedAt: "2026-01-01T00:00:00.000Z",
  version: "0.1.0",
};
