import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  calibrate,
  calibrationFile,
  measuredSwitchDensity,
  rememberedCalibration,
} from "../../src/calibration/cache.ts";
import { type Calibration, productNsPerToken } from "../../src/calibration/calibration.ts";
import { temporaryDirectory } from "../temporary.ts";

/** A machine whose CSR products cost 1.25 of the dense ones for each non-zero, and 2 ns for each weight. */
const calibration: Calibration = {
  switchDensity: 0.8,
  products: [64, 256].map((width) => ({
    inFeatures: width,
    outFeatures: width,
    denseNsPerToken: 2 * width * width,
    sparse: [0.5, 0.25, 0.125].map((density) => ({ density, nsPerToken: 2.5 * density * width * width })),
  })),
};
const time = (inFeatures: number, outFeatures: number, density: number) =>
  productNsPerToken(calibration, { inFeatures, outFeatures }, density);

describe("productNsPerToken", () => {
  test.each([
    ["a measured size and density", 64, 64, 0.25, 2.5 * 0.25 * 64 * 64],
    ["a density between two", 64, 64, 0.3, 2.5 * 0.3 * 64 * 64],
    ["a size between two", 128, 128, 0.25, 2.5 * 0.25 * 128 * 128],
    ["another shape of the same size", 32, 512, 0.25, 2.5 * 0.25 * 128 * 128],
    ["sizes beyond the measured", 1024, 1024, 0.25, 2.5 * 0.25 * 1024 * 1024],
    ["densities below the measured", 64, 64, 0.01, 2.5 * 0.01 * 64 * 64],
    ["densities above the measured", 64, 64, 0.75, 2.5 * 0.75 * 64 * 64],
    ["densities at which weights stay dense", 64, 64, 0.81, 2 * 64 * 64],
    ["a dense layer", 100, 300, 1, 2 * 100 * 300],
  ])("%s", (_, inFeatures, outFeatures, density, expected) => {
    expect(time(inFeatures, outFeatures, density) / expected).toBeCloseTo(1, 12);
  });

  test("a calibration without products says what to do", () => {
    expect(() => productNsPerToken({ switchDensity: 0.8, products: [] }, { inFeatures: 1, outFeatures: 1 }, 1)).toThrow(
      /products must be measured; got none\. Measure them with measureCalibration\./,
    );
  });
});

describe("the cache", () => {
  beforeEach(() => {
    vi.stubEnv("SPARSELAW_CACHE", join(temporaryDirectory(), "new"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("a calibration is measured, remembered, and gives the switch density", async () => {
    expect(await rememberedCalibration("strict")).toBeUndefined();
    const progress: number[] = [];
    const measured = await calibrate("strict", (done) => progress.push(done));
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(await rememberedCalibration("strict")).toEqual(measured);
    expect(await rememberedCalibration("relaxed")).toBeUndefined();
    expect(await measuredSwitchDensity("strict")).toBe(measured.switchDensity);
    for (const { denseNsPerToken, sparse } of measured.products)
      for (const { nsPerToken } of sparse) expect(nsPerToken / denseNsPerToken).toBeLessThan(2);
  }, 60_000);

  test("the switch density alone is measured where nothing is remembered, and no table is made up", async () => {
    const density = await measuredSwitchDensity("strict");
    expect(density).toBeGreaterThan(0.4);
    expect(density).toBeLessThan(1);
    expect(await rememberedCalibration("strict")).toBeUndefined();
    expect(await measuredSwitchDensity("strict")).toBe(density);
  });

  test.each([
    "",
    "[1,",
    '{"a": 0.9}',
    '{"a": {"switchDensity": -1}}',
  ])("a cache that reads %j is measured anew", async (text) => {
    await measuredSwitchDensity("strict");
    const key = Object.keys(JSON.parse(await readFile(calibrationFile(), "utf8")))[0]!;
    await writeFile(calibrationFile(), text.replace('"a"', JSON.stringify(key)));
    const density = await measuredSwitchDensity("strict");
    expect(JSON.parse(await readFile(calibrationFile(), "utf8"))[key]).toEqual({
      switchDensity: density,
      products: [],
    });
  });
});
