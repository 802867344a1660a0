import { describe, expect, test } from "vitest";
import { dataSection } from "../../src/config/sections.ts";
import type { ImageSource, TokenSource } from "../../src/sources/source.ts";
import { syntheticSource } from "../sources.ts";

const textSource = (settings = {}) =>
  syntheticSource(dataSection().parse({ kind: "synthetic-text", ...settings }) as never) as TokenSource;
const imageSource = (settings = {}) =>
  syntheticSource(dataSection().parse({ kind: "synthetic-images", ...settings }) as never) as ImageSource;

function windows(
  source: TokenSource,
  split: "train" | "valid",
  first: number,
  count: number,
  seqLen = 127,
): Int32Array {
  const tokens = new Int32Array(count * (seqLen + 1));
  for (let i = 0; i < count; i++) source[split].readWindow(first + i, seqLen, tokens, i * (seqLen + 1));
  return tokens;
}

/** Held-out nats per token of counts over the last `order` tokens, interpolated with those over fewer (weight n/(n + 2)). */
function countedLoss(train: Int32Array, valid: Int32Array, order: number, vocabSize: number): number {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const context = (tokens: Int32Array, at: number, length: number) =>
    `${length}:${tokens.slice(at - length, at).join(",")}`;
  for (let at = 2; at < train.length; at++)
    for (let length = 0; length <= order; length++) {
      add(context(train, at, length));
      add(`${context(train, at, length)}>${train[at]}`);
    }
  let nats = 0;
  for (let at = 2; at < valid.length; at++) {
    let p = 1 / vocabSize;
    for (let length = 0; length <= order; length++) {
      const key = context(valid, at, length);
      p = ((counts.get(`${key}>${valid[at]}`) ?? 0) + 2 * p) / ((counts.get(key) ?? 0) + 2);
    }
    nats -= Math.log(p);
  }
  return nats / (valid.length - 2);
}

describe("synthetic text", () => {
  const source = textSource({ vocabSize: 64 });

  test("the same window has the same tokens, all inside the vocabulary", () => {
    expect(windows(source, "train", 5, 3)).toEqual(windows(textSource({ vocabSize: 64 }), "train", 5, 3));
    expect(windows(source, "train", 0, 50).every((token) => token >= 0 && token < 64)).toBe(true);
    expect([...windows(textSource({ vocabSize: 4 }), "train", 0, 50)].toSorted().at(-1)).toBe(3);
  });

  test("training never ends, validation does, and they differ", () => {
    expect(source.train.numWindows(127)).toBe(Infinity);
    expect(source.valid.numWindows(127)).toBe(1024);
    expect(windows(source, "valid", 0, 1)).not.toEqual(windows(source, "train", 0, 1));
    expect(windows(source, "train", 2 ** 51, 1)).not.toEqual(windows(source, "train", 2 ** 51 + 1, 1));
  });

  test("another source seed is another source, with another fingerprint", () => {
    const other = textSource({ vocabSize: 64, sourceSeed: 1 });
    expect(other.fingerprint).not.toBe(source.fingerprint);
    const [own, foreign] = [source, other].map((s) =>
      countedLoss(windows(s, "train", 0, 200), windows(source, "valid", 0, 20), 1, 64),
    );
    expect(foreign! - own!).toBeGreaterThan(0.3);
  });

  test("each longer context and each doubling of the data lowers the held-out loss", () => {
    const valid = windows(source, "valid", 0, 40);
    const losses = [0, 1, 2].map((order) => countedLoss(windows(source, "train", 0, 800), valid, order, 64));
    expect(losses[0]!).toBeLessThan(Math.log(64) - 0.3);
    expect(losses[1]!).toBeLessThan(losses[0]! - 0.2);
    expect(losses[2]!).toBeLessThan(losses[1]! - 0.2);
    const byData = [100, 200, 400, 800].map((n) => countedLoss(windows(source, "train", 0, n), valid, 2, 64));
    for (const i of [1, 2, 3]) expect(byData[i]!, `losses ${byData}`).toBeLessThan(byData[i - 1]! - 0.02);
  });

  test("a repeated token is followed by what followed it before more often than in other windows", () => {
    const tokens = windows(source, "train", 0, 400);
    let [same, other, total] = [0, 0, 0];
    for (let window = 0; window < 400; window++) {
      const row = tokens.subarray(window * 128, (window + 1) * 128);
      const strange = tokens.subarray(((window + 1) % 400) * 128, (((window + 1) % 400) + 1) * 128);
      for (let at = 64; at < 128; at++) {
        const [here, there] = [row, strange].map((r) => r.lastIndexOf(row[at - 1]!, at - 2));
        if (here! < 0 || there! < 0) continue;
        total++;
        if (row[here! + 1] === row[at]) same++;
        if (strange[there! + 1] === row[at]) other++;
      }
    }
    expect(same / total - other / total).toBeGreaterThan(0.1);
  });
});

describe("synthetic images", () => {
  const source = imageSource({ channels: 2, numClasses: 4 });
  const size = 2 * 16 * 16;
  const read = (split: "train" | "valid", index: number, from = source) => {
    const pixels = new Float32Array(size);
    return { label: from[split].readImage(index, 0, pixels, 0), pixels };
  };

  test("the same index gives the same image, and the splits differ", () => {
    expect(read("train", 9)).toEqual(read("train", 9, imageSource({ channels: 2, numClasses: 4 })));
    expect(read("train", 9).pixels).not.toEqual(read("valid", 9).pixels);
    expect([source.train.size, source.valid.size]).toEqual([Infinity, 1024]);
  });

  test("pixels have mean 0 and deviation 1, and every class occurs", () => {
    const images = Array.from({ length: 200 }, (_, i) => read("train", i));
    const pixels = images.flatMap((image) => [...image.pixels]);
    const mean = pixels.reduce((sum, x) => sum + x, 0) / pixels.length;
    const variance = pixels.reduce((sum, x) => sum + (x - mean) ** 2, 0) / pixels.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    expect(new Set(images.map((image) => image.label))).toEqual(new Set([0, 1, 2, 3]));
  });

  test("without noise a class is one picture, moved by up to two pixels", () => {
    const still = imageSource({ noise: 0, numClasses: 2 });
    const pictures = [0, 1].map(() => new Set<string>());
    for (let i = 0; i < 400; i++) {
      const pixels = new Float32Array(256);
      pictures[still.train.readImage(i, 0, pixels, 0)]!.add(pixels.join());
    }
    expect(pictures.map((set) => set.size)).toEqual([25, 25]);
  });
});
