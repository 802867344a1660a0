import { describe, expect, test } from "vitest";
import { parseSweepConfig } from "../../src/config/sweep-config.ts";
import { readYaml } from "../../src/config/yaml.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { blockWeights, nonzeroBlockWeights } from "../../src/families/count.ts";
import type { DecoderConfig } from "../../src/families/decoder/schema.ts";
import { gridRuns } from "../../src/sweep/grid.ts";
import { matchWidths } from "../../src/sweep/width.ts";
import { sweepOf } from "./fixtures.ts";

describe("widths", () => {
  const sizes = [24e3, 48e3, 96e3, 192e3, 1e6, 5e6, 42e6];
  const cases = sizes.flatMap((nonzeroParams) =>
    [0, 0.5, 0.75, 0.875, 0.9375].flatMap((sparsity) =>
      (["gelu", "geglu"] as const).map((activation) => ({ nonzeroParams, sparsity, activation })),
    ),
  );

  test.each(cases)("keep $nonzeroParams weights within 2 % at sparsity $sparsity with $activation", (target) => {
    const model = { family: "decoder", numLayers: 2, activation: target.activation, seqLen: 32 };
    const widths = matchWidths(model, { ...target, headDim: 16 }) as Record<"dModel" | "numHeads" | "dFf", number>;
    const achieved = nonzeroBlockWeights({ ...model, ...widths }, target.sparsity);
    expect(Math.abs(achieved / target.nonzeroParams - 1)).toBeLessThanOrEqual(0.02);
    expect(widths.dModel).toBe(widths.numHeads * 16);
    expect(widths.dFf % 8).toBe(0);
    const usual = target.activation === "gelu" ? 4 : 8 / 3;
    expect(widths.dFf / widths.dModel / usual).toBeGreaterThanOrEqual(0.5);
    expect(widths.dFf / widths.dModel / usual).toBeLessThanOrEqual(2);
  });

  test("of the paper's ViT sizes come out as its d_model at S = .875", () => {
    const target = { nonzeroParams: 84_934_656 / 8, sparsity: 0.875, headDim: 64 };
    expect(matchWidths({ family: "vit", numLayers: 12, activation: "gelu", patchSize: 16 }, target)).toEqual({
      dModel: 768,
      numHeads: 12,
      dFf: 3072,
    });
  });

  test("that no head width can give are refused with the nearest size", () => {
    expect(() =>
      matchWidths(
        { family: "decoder", numLayers: 2, activation: "gelu", seqLen: 32 },
        { nonzeroParams: 40_000, sparsity: 0, headDim: 64 },
      ),
    ).toThrow(
      new ConfigError(
        "sweep: grid.nonzeroParams must be within 2 % of a model of 2 layers with heads of 64 at sparsity 0, where 65536 is the " +
          "nearest; got 40000. Choose a smaller grid.headDim, another depth or another size.",
      ),
    );
  });
});

describe("the grid", () => {
  test("is matched in non-zero size: all sparsities of one size end with the same N", () => {
    for (const run of gridRuns(sweepOf({ sparsities: [0, 0.5, 0.75, 0.875] }))) {
      expect(Math.abs(run.nonzeroParams / run.wantedNonzeroParams - 1)).toBeLessThanOrEqual(0.02);
      expect(run.denseParams).toBe(blockWeights(run.config.model));
      expect(run.nonzeroParams / run.denseParams).toBeCloseTo(1 - run.config.sparsity.final, 4);
    }
  });

  test("has every combination once", () => {
    const runs = gridRuns(sweepOf({ seeds: [0, 7] }));
    expect(runs).toHaveLength(2 * 2 * 2 * 2);
    expect(new Set(runs.map(({ config }) => config.name)).size).toBe(16);
    expect(runs[0]!.config.name).toBe("test N=24.6k S=0 D=12.8k seed=0");
  });

  test("rounds the data up to whole batches", () => {
    const [run] = gridRuns(sweepOf({ data: [12_801] }));
    expect(run!.config.training.steps).toBe(101);
    expect(run!.dataSeen).toBe(12_928);
  });

  test("scales the learning rate by the power of the width", () => {
    const runs = gridRuns(sweepOf({ learningRateRule: { exponent: 0.5, baseWidth: 32 } }));
    for (const { config } of runs) {
      const { learningRate } = config.training;
      const peak = learningRate.kind === "rsqrt" ? Number.NaN : learningRate.peak;
      expect(peak).toBeCloseTo(1e-3 * Math.sqrt(32 / (config.model as DecoderConfig).dModel), 12);
    }
  });

  test("leaves the learning rate alone without a rule", () => {
    for (const { config } of gridRuns(sweepOf())) expect(config.training.learningRate).toMatchObject({ peak: 1e-3 });
  });

  test("names the run whose settings do not work out", () => {
    const training = { batchSize: 4, learningRate: { kind: "cosine", peak: 1e-3, warmupSteps: 150 } } as const;
    expect(() => gridRuns(sweepOf({}, { training }), "s.yaml")).toThrow(
      "s.yaml, run test N=24.6k S=0 D=12.8k seed=0: training.learningRate.warmupSteps must be below training.steps (100); got 150.",
    );
  });
});

describe("a bad sweep file gets file, line, key, value and remedy", () => {
  const text = `name: bad
base:
  model: { family: decoder, numLayers: 2, seqLen: 32 }
  data: { kind: synthetic-text }
  training: { batchSize: 4 }
grid:
  nonzeroParams: [24576]
  sparsities: [0, 0.5]
  data: [12800]
`;
  const parse = (yaml: string) => {
    const { input, origin } = readYaml(yaml, "sweep.yaml");
    return parseSweepConfig(input, origin);
  };

  test("the good one parses", () => {
    expect(parse(text).grid).toMatchObject({ seeds: [0], headDim: 64 });
  });

  test.each([
    [
      "sparsities: [0, 0.5]",
      "sparsities: [0, 1]",
      "sweep.yaml:8: grid.sparsities.1 must be a number in [0, 1); got 1.",
    ],
    [
      "sparsities: [0, 0.5]",
      "sparsities: [0, 0]",
      "sweep.yaml:8: grid.sparsities must be distinct values; got 0 twice.",
    ],
    ["sparsities:", "sparsity:", "sweep.yaml:8: grid.sparsity must be a known key; got sparsity. Known keys:"],
    ["data: [12800]", "data: []", "sweep.yaml:9: grid.data must be a list of positive integers; got []."],
    ["batchSize: 4", "batchSize: 4, steps: 3", "sweep.yaml:5: base.training.steps must be a known key; got steps."],
    ["seqLen: 32", "seqLen: 32, dModel: 8", "sweep.yaml:3: base.model.dModel must be a known key; got dModel."],
  ])("%s → %s", (from, to, message) => {
    expect(() => parse(text.replace(from, to))).toThrow(message);
  });
});
