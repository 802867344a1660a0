import { describe, expect, test } from "vitest";
import { fillTokens, windowReader } from "../../src/families/decoder/batch.ts";
import { fillImages } from "../../src/families/vit/batch.ts";
import { evaluationItems, itemAt, trainingItems } from "../../src/sources/batch.ts";
import type { ImageSplit, TokenSource, TokenSplit } from "../../src/sources/source.ts";
import { assertDataSize } from "../../src/train/data-size.ts";

/** Token t of window w is 100·w + t. */
const countingTokens = (numWindows: number): TokenSplit => ({
  numTokens: numWindows * 10,
  numWindows: () => numWindows,
  readWindow: (index, seqLen, into, offset) => {
    for (let t = 0; t <= seqLen; t++) into[offset + t] = 100 * index + t;
  },
});

describe("the order of training", () => {
  test.each([
    [1, 1],
    [7, 3],
    [32, 8],
    [33, 8],
    [100, 64],
  ])("visits each of %i items once an epoch, in batches of %i", (numItems, batchSize) => {
    const steps = Math.ceil((3 * numItems) / batchSize);
    const seen = Array.from({ length: steps }, (_, step) => trainingItems(4, step, batchSize, numItems)).flat();
    const epochs = [0, 1, 2].map((epoch) => seen.slice(epoch * numItems, (epoch + 1) * numItems));
    for (const epoch of epochs) {
      expect(epoch.map((item) => item.index).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: numItems }, (_, i) => i),
      );
      expect(new Set(epoch.map((item) => item.augmentKey)).size).toBe(1);
    }
    expect(new Set(epochs.map((epoch) => epoch[0]!.augmentKey)).size).toBe(3);
  });

  test("differs between epochs and between seeds", () => {
    const order = (seed: number, epoch: number) =>
      Array.from({ length: 50 }, (_, i) => itemAt(seed, epoch * 50 + i, 50).index).join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(2, 1)]).size).toBe(4);
  });

  test("an endless split is read on from where the seed begins, without repetition", () => {
    const [first, second] = [1, 2].map((seed) => trainingItems(seed, 1000, 4, Infinity).map((item) => item.index));
    expect(first!.map((index) => index - first![0]!)).toEqual([0, 1, 2, 3]);
    expect(first![0]! - itemAt(1, 0, Infinity).index).toBe(4000);
    expect(Math.abs(first![0]! - second![0]!)).toBeGreaterThan(2 ** 20);
  });
});

describe("fillTokens", () => {
  test("inputs are the first seqLen tokens of a window, labels the next ones, −1 in the padding and in empty slots", () => {
    const tokens = new Int32Array(3 * 8).fill(77);
    const labels = new Int32Array(3 * 8).fill(77);
    const items = [
      { index: 2, augmentKey: 0 },
      { index: 5, augmentKey: 0 },
    ];
    fillTokens(countingTokens(9), items, { batchSize: 3, seqLen: 6 }, tokens, labels);
    const none = new Array<number>(8).fill(-1);
    expect([...tokens]).toEqual([200, 201, 202, 203, 204, 205, -1, -1, 500, 501, 502, 503, 504, 505, -1, -1, ...none]);
    expect([...labels]).toEqual([201, 202, 203, 204, 205, 206, -1, -1, 501, 502, 503, 504, 505, 506, -1, -1, ...none]);
  });

  test("writes into shared memory", () => {
    const tokens = new Int32Array(new SharedArrayBuffer(16));
    const labels = new Int32Array(new SharedArrayBuffer(16));
    fillTokens(countingTokens(1), [{ index: 0, augmentKey: 0 }], { batchSize: 1, seqLen: 4 }, tokens, labels);
    expect([...tokens, ...labels]).toEqual([0, 1, 2, 3, 1, 2, 3, 4]);
  });
});

test("fillImages writes pixels and labels, zeros and −1 in empty slots", () => {
  const split: ImageSplit = {
    size: 10,
    readImage: (index, augmentKey, into, offset) => {
      into.fill(index + augmentKey, offset, offset + 2);
      return index % 3;
    },
  };
  const images = new Float32Array(6).fill(77);
  const labels = new Int32Array(5).fill(77);
  fillImages(
    split,
    [
      { index: 4, augmentKey: 10 },
      { index: 6, augmentKey: 20 },
    ],
    { batchSize: 3 },
    images,
    labels,
  );
  expect([...images]).toEqual([14, 14, 26, 26, 0, 0]);
  expect([...labels]).toEqual([1, 0, -1, -1, -1]);
});

test("evaluation visits every held-out example once, the last batch being shorter", () => {
  const batches = [0, 4, 8].map((first) => evaluationItems(first, 4, 10).map((item) => item.index));
  expect(batches).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
});

const checkDataSize = (source: TokenSource, shape: { batchSize: number; seqLen: number }) =>
  assertDataSize(windowReader(source, shape), shape.batchSize);

describe("assertDataSize", () => {
  const source = (numTrain: number, numValid: number): TokenSource => ({
    kind: "tokens",
    vocabSize: 256,
    train: countingTokens(numTrain),
    valid: countingTokens(numValid),
    fingerprint: "",
  });

  test("accepts a batch and a held-out window", () => {
    expect(() => checkDataSize(source(4, 1), { batchSize: 4, seqLen: 9 })).not.toThrow();
  });

  test("names what the splits hold and what would fit", () => {
    expect(() => checkDataSize(source(3, 1), { batchSize: 4, seqLen: 9 })).toThrow(
      "data: training split must hold at least training.batchSize = 4 windows of 10 tokens; got 3 (30 tokens). " +
        "Give more data, lower training.batchSize or shorten model.seqLen.",
    );
    expect(() => checkDataSize(source(4, 0), { batchSize: 4, seqLen: 9 })).toThrow(
      "data: validation split must hold at least 1 of windows of 10 tokens; got 0 (0 tokens). Give more data, raise data.validFraction or shorten model.seqLen.",
    );
  });
});
