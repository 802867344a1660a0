import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { DIGIT_FILES, DIGITS_PACKAGE, digitImages } from "../../src/sources/digits.ts";
import { imageSource, type LabelledImages } from "../../src/sources/labelled-images.ts";
import { fileReader } from "../../src/sources/node.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { trainModel } from "../../src/train/trainer.ts";
import { tinyVit } from "../train/fixtures.ts";

/** A file of the package's form: `images` of 784 equal values. */
const file = (name: string, images: readonly unknown[]) => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify({ data: images.flatMap((value) => Array(784).fill(value)) })),
});

describe("the package mnist", () => {
  let digits: LabelledImages;
  beforeAll(async () => {
    digits = digitImages(await fileReader(".").readPackage(DIGITS_PACKAGE, DIGIT_FILES));
  });
  const countLabels = (labels: Uint8Array) =>
    Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);

  test("holds the first 10,000 training images of MNIST", () => {
    expect([digits.channels, digits.height, digits.width, digits.pixels.length]).toEqual([1, 28, 28, 10_000 * 784]);
    expect(countLabels(digits.labels)).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  });

  test("has the brightness of MNIST, whose mean is .1307 and deviation .3081", () => {
    const values = Float64Array.from(digits.pixels, (pixel) => pixel / 255);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.1307, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.3081, 2);
    expect(new Set(digits.pixels).size).toBe(256);
  });

  test("has all classes in their share in any thousand images, the held-out tail among them", () => {
    const wanted = countLabels(digits.labels).map((count) => count / 10);
    for (let first = 0; first < 10_000; first += 1000) {
      const counts = countLabels(digits.labels.subarray(first, first + 1000));
      for (const [digit, count] of counts.entries()) expect(Math.abs(count - wanted[digit]!)).toBeLessThan(2);
    }
  });

  test("gives the same bytes in the same order, always", () => {
    expect(sha256Hex(digits.pixels)).toBe("22663c093d806122181c1b2ed8bd1a4dce4ccd41575997a8f599f71c7c76b423");
    expect(sha256Hex(digits.labels)).toBe("9048dc0060b9e2cd00a355471486c9a0e60553c9990ef5e95df85da052d09cc0");
  });

  test("each image keeps the package's values, rounded to 1/255", () => {
    const { data } = JSON.parse(
      readFileSync(createRequire(import.meta.url).resolve(`${DIGITS_PACKAGE}/${DIGIT_FILES[7]}`), "utf8"),
    );
    const first = digits.labels.indexOf(7) * 784;
    const got = [...digits.pixels.subarray(first, first + 784)];
    for (const [i, pixel] of got.entries()) expect(Math.abs(pixel / 255 - data[i])).toBeLessThanOrEqual(0.0005 + 1e-12);
  });

  test("teaches a small vision transformer: above 70 % of held-out digits after 400 steps", async () => {
    const { model, ...rest } = tinyVit(
      { steps: 400, batchSize: 32, evalExamples: 0, learningRate: { kind: "cosine", peak: 1e-2, warmupSteps: 20 } },
      { final: 0.5, interval: 20 },
    );
    const { validAccuracy } = await trainModel({
      config: parseRunConfig({ ...rest, model: { ...model, dModel: 32, patchSize: 7, pooling: "mean" } }),
      data: imageSource([digits], { validFraction: 0.1, augmentShift: 0 }),
      store: createMemoryStore("digits"),
      threads: 1,
      measuredSwitchDensity: async () => 0.7,
      createEngine,
    });
    expect(validAccuracy).toBeGreaterThan(0.7);
  });
});

test("classes of different sizes are mixed in proportion", () => {
  const { labels, pixels } = digitImages([file("0", [0, 0.2, 0.4, 0.6]), file("1", [1, 0.8])]);
  expect([...labels]).toEqual([0, 1, 0, 0, 1, 0]);
  expect(Array.from(labels, (_, i) => pixels[i * 784])).toEqual([0, 255, 51, 102, 204, 153]);
});

const text = (name: string, content: string) => ({ name, bytes: new TextEncoder().encode(content) });

test.each([
  ["a torn file", text("3.json", '{"data":[0,0.5'), /^3\.json: file must be whole JSON; got 14 bytes that are not\./],
  ["a file without data", text("3.json", '{"date":[]}'), /^3\.json: data must be a list; got undefined\./],
  ["JSON that is null", text("3.json", "null"), /^3\.json: data must be a list; got undefined\./],
  [
    "half an image",
    text("3.json", `{"data":${JSON.stringify(Array(392).fill(0))}}`),
    /^3\.json: data must hold whole images of 784 values; got 392 values\./,
  ],
  ["no image", text("3.json", '{"data":[]}'), /^3\.json: data must hold whole images of 784 values; got 0 values\./],
  ["bytes", file("3.json", [0, 255]), /^3\.json:2: data must hold numbers in \[0, 1\]; got 255\. Install/],
  ["words", file("3.json", ["0"]), /^3\.json:1: data must hold numbers in \[0, 1\]; got "0"\. Install/],
])("%s of a changed package: one clear FormatError", (_, strange, message) => {
  expect(() => digitImages([strange])).toThrow(FormatError);
  expect(() => digitImages([strange])).toThrow(message);
});

test("where the package is missing, the error says how to install it", async () => {
  const refused = fileReader(".").readPackage("no-such-digits", ["0.json"]);
  await expect(refused).rejects.toThrow(ConfigError);
  await expect(refused).rejects.toThrow(
    /the npm package no-such-digits must be installed.*: npm install no-such-digits\.$/,
  );
});
