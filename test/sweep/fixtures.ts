import type { RunConfig } from "../../src/config/run-config.ts";
import { runId } from "../../src/config/run-id.ts";
import { parseSweepConfig, type SweepConfig, type SweepConfigInput } from "../../src/config/sweep-config.ts";
import type { RunResult } from "../../src/core/record.ts";
import { nonzeroBlockWeights } from "../../src/families/count.ts";
import type { TokenSource } from "../../src/sources/source.ts";

const split = { numTokens: 1e6, numWindows: () => 1e4, readWindow: () => undefined };
export const bytes: TokenSource = { kind: "tokens", vocabSize: 256, train: split, valid: split, fingerprint: "f00d" };

const base: SweepConfigInput = {
  name: "test",
  base: {
    model: { family: "decoder", numLayers: 2, seqLen: 32 },
    data: { kind: "synthetic-text" },
    training: { batchSize: 4, learningRate: { kind: "constant", peak: 1e-3 } },
    sparsity: { interval: 10 },
  },
  grid: { nonzeroParams: [24_576, 49_152], sparsities: [0, 0.75], data: [12_800, 25_600], headDim: 16 },
};

export function sweepOf(
  grid: Partial<SweepConfigInput["grid"]> = {},
  rest: Partial<SweepConfigInput["base"]> = {},
): SweepConfig {
  return parseSweepConfig({ ...base, base: { ...base.base, ...rest }, grid: { ...base.grid, ...grid } });
}

/** The record of a run that went well. */
export function resultOf(config: RunConfig): RunResult {
  const nonzeroParams = nonzeroBlockWeights(config.model, config.sparsity.final);
  const denseParams = nonzeroBlockWeights(config.model, 0);
  return {
    type: "result",
    id: runId(config, bytes.fingerprint),
    ...(config.name === undefined ? {} : { name: config.name }),
    status: "completed",
    config,
    validLoss: 2,
    validAccuracy: 0.5,
    trainLoss: 2,
    nonzeroParams,
    denseParams,
    totalParams: denseParams + 10_000,
    sparsity: 1 - nonzeroParams / denseParams,
    dataSeen: 12_800,
    dataUnit: "tokens",
    steps: config.training.steps,
    trainFlops: 1e9,
    seconds: 1,
    stepsPerSecond: config.training.steps,
    threads: 1,
    variant: "strict",
    turbo: false,
    switchDensity: 0.75,
    memoryBytes: 1e6,
    parameterBytes: 28 * nonzeroParams,
    lossHash: "0123456789abcdef",
    finishedAt: "2026-01-01T00:00:00.000Z",
    version: "0.1.0",
  };
}
