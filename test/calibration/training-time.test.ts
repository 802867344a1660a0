import { describe, expect, test } from "vitest";
import type { Calibration } from "../../src/calibration/calibration.ts";
import { parseCalibration } from "../../src/calibration/calibration.ts";
import { trainingTime, widthOf } from "../../src/calibration/training-time.ts";
import { costMultiplier, optimalSparsity, presets } from "../../src/fit/index.ts";
import { relativeError } from "../fit/planted.ts";

const WIDTHS = [32, 64, 128, 256, 512, 1024];

/** Times by hand: `ns(density)` for each of the weights, zeros included. */
const machine = (ns: (density: number) => number, switchDensity = 1): Calibration => ({
  switchDensity,
  products: WIDTHS.map((width) => ({
    inFeatures: width,
    outFeatures: width,
    denseNsPerToken: ns(1) * width * width,
    sparse: [1, 0.75, 0.5, 0.35, 0.25, 0.125, 0.0625, 0.03125].map((density) => ({
      density,
      nsPerToken: ns(density) * width * width,
    })),
  })),
});

/** 2 ns for each non-zero weight. */
const proportional = machine((density) => 2 * density);
/** 2 ns for each weight, zeros or not. */
const indifferent = machine(() => 2, 0);

describe("training time", () => {
  test.each([
    ["the paper's ramp", { start: 0.25, end: 0.75 }],
    ["a ramp of eight updates", { start: 0.2, end: 0.6, updates: 8 }],
    ["pruned before training", { start: 0, end: 0 }],
  ])("of kernels that skip zeros is N times the multiplier of the schedule: %s", (_, schedule) => {
    const time = trainingTime(proportional, { numLayers: 6, schedule });
    for (const sparsity of [0, 0.3, 0.5, 0.75, 0.9, 0.99])
      for (const n of [2e5, 2e6]) {
        const expected = 2e-9 * n * costMultiplier(sparsity, "sparse", schedule);
        expect(relativeError(time.secondsPerDatum(sparsity, n), expected), `S = ${sparsity}`).toBeLessThan(1e-4);
      }
  });

  test("of kernels that multiply zeros is that of the dense model", () => {
    const time = trainingTime(indifferent, { numLayers: 4 });
    for (const sparsity of [0, 0.5, 0.9])
      expect(
        relativeError(time.secondsPerDatum(sparsity, 1e6), 2e-9 * 1e6 * costMultiplier(sparsity, "dense")),
      ).toBeLessThan(1e-9);
  });

  test("of a machine with a switch density is dense above it", () => {
    const time = trainingTime(
      machine((density) => 4 * density, 0.5),
      { numLayers: 4, schedule: { start: 0, end: 0 } },
    );
    expect(relativeError(time.secondsPerDatum(0.4, 1e6) / 1e6, 4e-9 / 0.6)).toBeLessThan(1e-3);
    expect(relativeError(time.secondsPerDatum(0.75, 1e6) / 1e6, 4e-9)).toBeLessThan(1e-3);
  });

  test("is shared by threads, and multiplied by the tokens of an image", () => {
    const [one, two, image] = [{}, { threads: 2 }, { tokensPerDatum: 196 }].map((options) =>
      trainingTime(proportional, { numLayers: 6, ...options }).secondsPerDatum(0.5, 1e6),
    );
    expect(relativeError(two!, one! / 2)).toBeLessThan(1e-12);
    expect(relativeError(image!, 196 * one!)).toBeLessThan(1e-12);
  });

  test("of a sparse model is that of a wider one: 12·width² weights a block", () => {
    expect(widthOf(12 * 6 * 256 ** 2, 0, 6)).toBe(256);
    expect(widthOf(12 * 6 * 256 ** 2, 0.75, 6)).toBe(512);
  });
});

describe("optimal sparsity at measured cost", () => {
  const law = presets["t5-c4-optimum"];
  const N = 2e6;

  test.each([
    ["sparse", proportional],
    ["dense", indifferent],
  ] as const)("of a machine as the %s cost assumes has its sparsity, data and loss", (cost, calibration) => {
    const time = trainingTime(calibration, { numLayers: 6 });
    const counted = optimalSparsity({ law, nonzeroParams: N, chinchillaMultiple: 30, cost });
    // 2 ns for 6 FLOPs.
    const timed = optimalSparsity({ law, nonzeroParams: N, seconds: (2e-9 / 6) * counted.flops, cost: time });
    expect(Math.abs(timed.sparsity - counted.sparsity)).toBeLessThan(2e-3);
    for (const name of ["data", "flops", "multiple"] as const)
      expect(relativeError(timed[name], counted[name]), name).toBeLessThan(1e-2);
    expect(relativeError(timed.loss, counted.loss)).toBeLessThan(1e-6);
    expect(relativeError(timed.seconds!, (2e-9 / 6) * counted.flops)).toBeLessThan(1e-9);
  });

  test("twice the time on half the threads is the same", () => {
    const at = (threads: number, seconds: number) =>
      optimalSparsity({ law, nonzeroParams: N, seconds, cost: trainingTime(proportional, { numLayers: 6, threads }) });
    expect(relativeError(at(1, 7200).data, at(2, 3600).data)).toBeLessThan(1e-9);
  });
});

test("a calibration is read back from JSON, and refused by name where it is none", () => {
  expect(parseCalibration(JSON.parse(JSON.stringify({ type: "calibration", ...proportional })))).toEqual(proportional);
  expect(() => parseCalibration({ switchDensity: 0.5 }, "laptop.json")).toThrow(/laptop\.json: products must be/);
});
