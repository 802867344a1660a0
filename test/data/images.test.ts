import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { parseCifar } from "../../src/sources/cifar.ts";
import { parseIdx } from "../../src/sources/idx.ts";
import { imageSource, type LabelledImages } from "../../src/sources/labelled-images.ts";
import type { ImageSplit } from "../../src/sources/source.ts";

function idx(magic: number, dimensions: number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + data.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of [magic, ...dimensions].entries()) view.setUint32(4 * i, word);
  bytes.set(data, 4 + 4 * dimensions.length);
  return bytes;
}

const noise = (length: number, seed: number) => {
  const stream = new RandomStream(seed, "pixels");
  return Uint8Array.from({ length }, () => stream.integer(256));
};

const file = (name: string, bytes: Uint8Array) => ({ name, bytes });

describe("IDX", () => {
  const pixels = noise(3 * 4 * 5, 1);
  const images = file("images", idx(0x803, [3, 4, 5], pixels));
  const labels = file("labels", idx(0x801, [3], Uint8Array.of(2, 0, 1)));

  test("images and labels are read as they were written", () => {
    expect(parseIdx(images, labels)).toEqual({
      channels: 1,
      height: 4,
      width: 5,
      pixels,
      labels: Uint8Array.of(2, 0, 1),
    });
  });

  test.each([
    ["exchanged files", labels, images, /^labels: magic number must be 0x00000803.*; got 0x00000801\. Give image/],
    [
      "a torn file",
      file("images", images.bytes.slice(0, -1)),
      labels,
      /^images: file must hold 76 bytes for 3 × 4 × 5; got 75\./,
    ],
    [
      "a file of 3 bytes",
      file("images", Uint8Array.of(1, 2, 3)),
      labels,
      /^images: file must hold an IDX header of 16 bytes; got 3\./,
    ],
    [
      "too few labels",
      images,
      file("labels", idx(0x801, [2], Uint8Array.of(2, 0))),
      /^labels: labels must be as many as the images of images \(3\); got 2\./,
    ],
  ])("%s: one clear FormatError", (_, imageFile, labelFile, message) => {
    expect(() => parseIdx(imageFile, labelFile)).toThrow(message);
  });
});

describe("CIFAR", () => {
  test.each<["cifar10" | "cifar100", number[][]]>([
    ["cifar10", [[7], [3]]],
    [
      "cifar100",
      [
        [1, 99],
        [5, 42],
      ],
    ],
  ])("%s records give planes of 32 × 32 and the (fine) label", (format, labelBytes) => {
    const pixels = noise(2 * 3072, 2);
    const records = [0, 1].flatMap((i) => [...labelBytes[i]!, ...pixels.subarray(i * 3072, (i + 1) * 3072)]);
    const parsed = parseCifar("batch.bin", Uint8Array.from(records), format);
    expect(parsed).toEqual({
      channels: 3,
      height: 32,
      width: 32,
      pixels,
      labels: Uint8Array.from(labelBytes.map((label) => label.at(-1)!)),
    });
  });

  test("a torn file and a label out of range name file, record and value", () => {
    const record = new Uint8Array(3073);
    expect(() => parseCifar("b.bin", record.slice(1), "cifar10")).toThrow(
      /^b\.bin: file must hold whole cifar10 records of 3073 bytes; got 3072 bytes\./,
    );
    const two = new Uint8Array(2 * 3073);
    two[3073] = 10;
    expect(() => parseCifar("b.bin", two, "cifar10")).toThrow(/^b\.bin:2: label must be below 10; got 10\./);
  });
});

/** `count` images of 2 × 3 × 4 with different brightness in the two channels. */
function randomImages(count: number): LabelledImages {
  const stream = new RandomStream(3, "images");
  const pixels = Uint8Array.from({ length: count * 24 }, (_, i) => stream.integer(i % 24 < 12 ? 40 : 200));
  return { channels: 2, height: 3, width: 4, pixels, labels: Uint8Array.from({ length: count }, (_, i) => i % 5) };
}

function read(split: ImageSplit, index: number, augmentKey = 0): { label: number; pixels: number[] } {
  const into = new Float32Array(26).fill(-99);
  const label = split.readImage(index, augmentKey, into, 1);
  expect([into[0], into[25]], "pixels outside the image").toEqual([-99, -99]);
  return { label, pixels: [...into.subarray(1, 25)] };
}

describe("imageSource", () => {
  const all = randomImages(50);
  const source = imageSource([all], { validFraction: 0.2, augmentShift: 0 });

  test("holds out the last validFraction of the images", () => {
    expect([source.train.size, source.valid.size, source.numClasses]).toEqual([40, 10, 5]);
    expect(Array.from({ length: 10 }, (_, i) => read(source.valid, i).label)).toEqual([...all.labels.subarray(40)]);
  });

  test("each channel has mean 0 and deviation 1 over the training images, and validation uses the same numbers", () => {
    for (const channel of [0, 1]) {
      const plane = (i: number, split: ImageSplit) => read(split, i).pixels.slice(channel * 12, (channel + 1) * 12);
      const train = Array.from({ length: 40 }, (_, i) => plane(i, source.train)).flat();
      const mean = train.reduce((sum, x) => sum + x, 0) / train.length;
      const variance = train.reduce((sum, x) => sum + (x - mean) ** 2, 0) / train.length;
      expect(mean).toBeCloseTo(0, 6);
      expect(variance).toBeCloseTo(1, 6);
      const raw = (i: number) => all.pixels[i * 24 + channel * 12]!;
      const slope = (plane(1, source.train)[0]! - plane(0, source.train)[0]!) / (raw(1) - raw(0));
      expect(plane(0, source.valid)[0]).toBeCloseTo(plane(0, source.train)[0]! + slope * (raw(40) - raw(0)), 4);
    }
  });

  test("augmentation moves a training image by at most augmentShift, differently for another key or image", () => {
    const shifted = imageSource([all], { validFraction: 0.2, augmentShift: 1 }).train;
    const black = 0;
    const plain = (i: number, row: number, column: number) =>
      row < 0 || row > 2 || column < 0 || column > 3 ? black : all.pixels[i * 24 + row * 4 + column]!;
    const shiftOf = (i: number, key: number) => {
      const got = read(shifted, i, key).pixels;
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1]) {
          const wanted = Array.from({ length: 12 }, (_, p) => plain(i, Math.floor(p / 4) - dy, (p % 4) - dx));
          const isSameOrder = wanted.every((raw, p) =>
            wanted.every((other, q) => Math.sign(raw - other) === Math.sign(got[p]! - got[q]!)),
          );
          if (isSameOrder) return `${dy} ${dx}`;
        }
      throw new Error(`image ${i}, key ${key}: no shift of at most 1 gives these pixels`);
    };
    expect(new Set(Array.from({ length: 40 }, (_, i) => shiftOf(i, 7))).size).toBeGreaterThan(5);
    expect(new Set(Array.from({ length: 40 }, (_, key) => shiftOf(0, key))).size).toBeGreaterThan(5);
    expect(read(shifted, 3, 7)).toEqual(read(shifted, 3, 7));
  });

  test("validation images are never moved", () => {
    const shifted = imageSource([all], { validFraction: 0.2, augmentShift: 2 });
    for (const key of [1, 2, 3]) expect(read(shifted.valid, 4, key)).toEqual(read(source.valid, 4));
  });

  test.each([
    [
      "no held-out image",
      [randomImages(4)],
      0.1,
      /validFraction must leave an image on either side of 4; got 0\.1, which holds out 0\./,
    ],
    [
      "images of two sizes",
      [all, { ...all, height: 4, width: 3 }],
      0.2,
      /paths must hold images of one size, \(2, 3, 4\); got \(2, 4, 3\)\./,
    ],
    [
      "one class",
      [{ ...all, labels: new Uint8Array(50) }],
      0.2,
      /labels must name at least 2 classes; got only class 0\./,
    ],
    [
      "equal pixels",
      [{ ...all, pixels: new Uint8Array(1200).fill(9) }],
      0.2,
      /paths must hold images that differ; got value 9 at every pixel of channel 0\./,
    ],
  ])("%s: one clear ConfigError", (_, batches, validFraction, message) => {
    expect(() => imageSource(batches, { validFraction, augmentShift: 0 })).toThrow(message);
  });
});
