import { describe, expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import { MemoryError } from "../../src/core/errors.ts";
import {
  blockWeights,
  countParameters,
  nonzeroBlockWeights,
  otherFlopsPerExample,
  parameterSpecs,
} from "../../src/families/count.ts";
import { makespan, measureRate } from "../../src/sweep/estimate.ts";
import { planSweep, workFlops } from "../../src/sweep/plan.ts";
import { ProgressMeter } from "../../src/sweep/progress.ts";
import { bytes, resultOf, sweepOf } from "./fixtures.ts";

const decoder = parseRunConfig({
  model: { family: "decoder", dModel: 256, numLayers: 4, numHeads: 4, seqLen: 128 },
  data: { kind: "synthetic-text" },
  training: { steps: 200, batchSize: 16 },
}).model;
const vit = parseRunConfig({
  model: { family: "vit", dModel: 192, numLayers: 6, numHeads: 3, patchSize: 4, activation: "geglu", dFf: 512 },
  data: { kind: "synthetic-images" },
  training: { steps: 200, batchSize: 16 },
}).model;
const images = { kind: "images", channels: 3, height: 32, width: 32, numClasses: 10 } as const;

describe("counts", () => {
  test("of block weights are 12·d² a layer with GELU, 4·d² + 3·d·dFf with a gate", () => {
    expect(blockWeights(decoder)).toBe(4 * 12 * 256 ** 2);
    expect(blockWeights(vit)).toBe(6 * (4 * 192 ** 2 + 3 * 192 * 512));
  });

  test("of block weights agree with what the models declare", () => {
    for (const [model, data] of [
      [decoder, bytes],
      [vit, images],
    ] as const) {
      const declared = parameterSpecs(model, data).filter(({ role }) => role === "block");
      expect(declared.reduce((sum, { rows, cols }) => sum + rows * cols, 0)).toBe(blockWeights(model));
    }
  });

  test("of all parameters are those of the reference decoder", () => {
    const [d, ff, vocab] = [256, 1024, 256];
    const layer = 12 * d * d + (4 * d + ff + d) + 4 * d;
    expect(countParameters(decoder, bytes)).toBe(4 * layer + vocab * d + 128 * d + 2 * d + vocab * d + vocab);
  });

  test("of pruned weights round each matrix on its own", () => {
    const model = { ...decoder, dModel: 3, dFf: 5, numLayers: 1 };
    expect(nonzeroBlockWeights(model, 0.75)).toBe(4 * Math.round(9 / 4) + 2 * Math.round(15 / 4));
  });

  test("of other FLOPs are attention over half the keys and the head", () => {
    expect(otherFlopsPerExample(decoder, bytes)).toBe(128 * 6 * (2 * 64 * 256 * 4 + 256 * 256));
  });
});

describe("a plan", () => {
  const plan = planSweep(sweepOf({ sparsities: [0, 0.5, 0.75, 0.875] }, { sparsity: { interval: 1 } }), bytes, 0.7);

  test("costs 6·N·D times the paper's multiplier for the 25/50/25 ramp", () => {
    const multiplier = new Map([
      [0, 1],
      [0.5, 1.375],
      [0.75, 2.125],
      [0.875, 3.625],
    ]);
    for (const { config, trainFlops, nonzeroParams, dataSeen } of plan.runs) {
      const ratio = trainFlops / (6 * nonzeroParams * dataSeen) / multiplier.get(config.sparsity.final)!;
      expect(ratio, config.name).toBeGreaterThan(0.99);
      expect(ratio, config.name).toBeLessThan(1.03);
    }
  });

  test("executes more than it counts: attention and head", () => {
    for (const run of plan.runs) {
      const other = (otherFlopsPerExample(run.config.model, bytes) / 32) * run.dataSeen;
      expect(run.workFlops).toBeCloseTo(run.trainFlops + other, 0);
      expect(workFlops(run.config, bytes)).toBe(run.workFlops);
    }
  });

  test("gives every run its own id, memory and total", () => {
    expect(new Set(plan.runs.map(({ id }) => id)).size).toBe(plan.runs.length);
    for (const run of plan.runs) {
      expect(run.memoryBytes).toBeGreaterThan(12 * run.totalParams);
      expect(run.totalParams).toBe(countParameters(run.config.model, bytes));
    }
  });

  test("with two points that are the same run is refused, naming both", () => {
    expect(() => planSweep(sweepOf({ data: [12_799, 12_800] }), bytes, 0.7, "s.yaml")).toThrow(
      "s.yaml: grid must be of distinct runs; got the same model and steps for test N=24.6k S=0 D=12.8k seed=0 and",
    );
  });

  test("over 4 GiB is refused before anything runs", () => {
    expect(() => planSweep(sweepOf({ nonzeroParams: [4e9], headDim: 64 }), bytes, 0.7)).toThrow(MemoryError);
  });
});

describe("time", () => {
  test("of a sweep is that of the longest-first schedule", () => {
    expect(makespan([3, 3, 2, 2, 2], 2)).toBe(7);
    expect(makespan([10, 1, 1], 2)).toBe(10);
    expect(makespan([1, 2, 3], 1)).toBe(6);
    expect(makespan([], 2)).toBe(0);
  });

  test("is measured by a few dense steps of the middle size", async () => {
    const { runs } = planSweep(sweepOf(), bytes, 0.7);
    let steps = 0;
    const rate = await measureRate(
      runs,
      bytes,
      (config, { threads }) => {
        steps = config.training.steps;
        expect([config.sparsity.final, threads]).toEqual([0, 1]);
        return Promise.resolve({ ...resultOf(config), stepsPerSecond: 10 });
      },
      ".",
    );
    expect(steps).toBeLessThan(20);
    const middle = runs.toSorted((a, b) => a.denseParams - b.denseParams)[4]!;
    const dense = { ...middle.config, sparsity: { ...middle.config.sparsity, final: 0 } };
    expect(rate).toBeCloseTo((workFlops(dense, bytes) / dense.training.steps) * 10, -1);
  });

  test("left is learnt from the steps that ran", () => {
    const { runs } = planSweep(sweepOf({ nonzeroParams: [24_576], sparsities: [0], seeds: [0, 1] }), bytes, 0.7);
    const [a] = runs;
    const meter = new ProgressMeter(runs, runs, 1);
    expect(meter.at(0)).toMatchObject({ total: 4, completed: 0, share: 0, etaSeconds: undefined });
    meter.begin(a!, 0);
    meter.step(a!.id, { step: a!.config.training.steps / 2, trainLoss: 3, sparsity: 0 });
    const total = runs.reduce((sum, { workFlops }) => sum + workFlops, 0);
    const secondsPerFlop = 10 / (a!.workFlops / 2);
    const half = meter.at(10_000);
    expect(half.share).toBeCloseTo(a!.workFlops / 2 / total, 9);
    expect(half.etaSeconds).toBeCloseTo((total - a!.workFlops / 2) * secondsPerFlop, 6);
    expect(half.running).toMatchObject([{ id: a!.id, trainLoss: 3 }]);
  });

  test("left does not count steps done by an earlier call as speed", () => {
    const { runs } = planSweep(sweepOf({ nonzeroParams: [24_576], sparsities: [0], data: [12_800] }), bytes, 0.7);
    const [run] = runs;
    const meter = new ProgressMeter(runs, runs, 1);
    meter.begin(run!, 0);
    meter.resume(run!.id, 80);
    expect(meter.at(9000).etaSeconds).toBeUndefined();
    meter.step(run!.id, { step: 90, trainLoss: 3, sparsity: 0 });
    expect(meter.at(9000)).toMatchObject({ share: 0.9, etaSeconds: expect.closeTo(9, 6) });
  });

  test("left is not told from the first seconds, which compile kernels and read data", () => {
    const { runs } = planSweep(sweepOf({ nonzeroParams: [24_576], sparsities: [0], data: [12_800] }), bytes, 0.7);
    const meter = new ProgressMeter(runs, runs, 1);
    meter.begin(runs[0]!, 0);
    meter.step(runs[0]!.id, { step: 1, trainLoss: 3, sparsity: 0 });
    expect(meter.at(2000).etaSeconds).toBeUndefined();
  });
});
