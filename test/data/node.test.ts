import { statSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { dataSection } from "../../src/config/sections.ts";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import { loadData } from "../../src/sources/node.ts";
import type { ImageSource, SourceChoice, TokenSource } from "../../src/sources/source.ts";
import { sharedData } from "../shared.ts";
import { temporaryDirectory } from "../temporary.ts";

let baseDir: string;

const write = async (name: string, content: string | Uint8Array) => {
  await mkdir(join(baseDir, name, ".."), { recursive: true });
  await writeFile(join(baseDir, name), content);
};
const load = (config: object) => loadData(dataSection().parse(config) as SourceChoice, { baseDir });

/** Both splits of a text, as one string. */
async function loadText(paths: string | string[]): Promise<string> {
  const source = (await load({ kind: "text", paths, validFraction: 0.5 })) as TokenSource;
  return [source.train, source.valid]
    .map((split) => {
      const tokens = new Int32Array(split.numTokens);
      if (split.numTokens > 0) split.readWindow(0, split.numTokens - 1, tokens, 0);
      return String.fromCharCode(...tokens);
    })
    .join("");
}

const record = (label: number, pixel: number) =>
  Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : (pixel + i) % 256));

beforeAll(async () => {
  baseDir = temporaryDirectory();
  await write("b.txt", "bb");
  await write("a.txt", "aa");
  await write("c.md", "cc");
  await write("deep/z.txt", "zz");
  await write("deep/er/y.txt", "yy");
  await write("deep/B.txt", "BB");
  await write("deepB.txt", "DB");
  await write("packed.txt.gz", gzipSync("packed"));
  await write("torn.txt.gz", gzipSync("packed").subarray(0, 15));
  await write("empty.txt", "");
  await write("odd[1].txt", "odd");
  await mkdir(join(baseDir, "hollow"));
  await write("batch.bin", new Uint8Array([...record(0, 3), ...record(1, 5)]));
});

describe("text files", () => {
  test.each([
    ["files, in the order given", ["b.txt", "a.txt"], "bbaa"],
    ["a glob, in the order of the paths", "?.{txt,md}", "aabbcc"],
    ["a directory with all below it, in the order of the paths", "deep", "BByyzz"],
    ["a recursive glob", "**/[y-z].txt", "yyzz"],
    ["a file after the directory whose name it continues", "{deepB.txt,deep/z.txt}", "zzDB"],
    ["each file once, however often it is named", ["a.txt", "?.txt", "./a.txt"], "aabb"],
    ["a .gz file, unpacked", "packed.txt.gz", "packed"],
    ["a file whose name looks like a glob", "odd[1].txt", "odd"],
  ])("%s", async (_, paths, text) => {
    expect(await loadText(paths)).toBe(text);
  });

  test("absolute paths and globs", async () => {
    expect(await loadText([join(baseDir, "b.txt"), join(baseDir, "deep/*.txt")])).toBe("bbBBzz");
  });

  test.each([
    [
      "a missing file",
      "none.txt",
      ConfigError,
      /^data: paths must name existing files; got none\.txt \(.*none\.txt\)\. Relative/,
    ],
    ["a glob without a match", "*.none", ConfigError, /^data: paths must match at least one file; got \*\.none in /],
    ["a directory without a file", "hollow", ConfigError, /^data: paths must match at least one file; got hollow in /],
    [
      "an empty file",
      "empty.txt",
      ConfigError,
      /^data: paths must name files with content; got .*empty\.txt, which is empty\./,
    ],
    [
      "a torn .gz file",
      "torn.txt.gz",
      FormatError,
      /torn\.txt\.gz: file must be whole gzip data; got "unexpected end of file"\./,
    ],
  ])("%s: one clear error", async (_, paths, errorClass, message) => {
    const error = await load({ kind: "text", paths }).catch((e) => e);
    expect(error).toBeInstanceOf(errorClass);
    expect(error.message).toMatch(message);
  });
});

test.each([
  "position",
  "document",
] as const)("both splits of many files by %s hold all of their bytes", async (split) => {
  const declarations = join(import.meta.dirname, "../../node_modules/@types/node");
  const source = (await load({ kind: "text", paths: join(declarations, "**", "*.d.ts"), split })) as TokenSource;
  const files = await readdir(declarations, { recursive: true });
  const sizes = files.filter((name) => name.endsWith(".d.ts")).map((name) => statSync(join(declarations, name)).size);
  const total = source.train.numTokens + source.valid.numTokens;
  expect(total).toBe(sizes.reduce((sum, size) => sum + size, 0));
  expect(source.valid.numTokens).toBeGreaterThan(0);
});

describe("image files", () => {
  test("CIFAR batches need no labels", async () => {
    const source = (await load({
      kind: "images",
      format: "cifar10",
      paths: "batch.bin",
      validFraction: 0.5,
    })) as ImageSource;
    expect([source.train.size, source.valid.size, source.numClasses, source.height, source.channels]).toEqual([
      1, 1, 2, 32, 3,
    ]);
  });

  test("IDX images and labels of several files, packed or not, follow each other", async () => {
    const idx = (magic: number, dimensions: number[], bytes: number[]) =>
      Uint8Array.from([0, 0, magic >> 8, magic & 255, ...dimensions.flatMap((size) => [0, 0, 0, size]), ...bytes]);
    const pixels = Array.from({ length: 18 }, (_, i) => i);
    await write("one.idx.gz", gzipSync(idx(0x803, [2, 2, 3], pixels.slice(0, 12))));
    await write("two.idx", idx(0x803, [1, 2, 3], pixels.slice(12)));
    await write("one.labels", idx(0x801, [2], [2, 0]));
    await write("two.labels.gz", gzipSync(idx(0x801, [1], [1])));
    const paths = { paths: ["one.idx.gz", "two.idx"], labels: ["one.labels", "two.labels.gz"] };
    const source = (await load({ kind: "images", format: "idx", ...paths, validFraction: 0.34 })) as ImageSource;
    expect([source.train.size, source.valid.size, source.numClasses]).toEqual([2, 1, 3]);
    expect([source.channels, source.height, source.width]).toEqual([1, 2, 3]);
    const image = new Float32Array(6);
    expect(source.valid.readImage(0, 0, image, 0)).toBe(1);
    expect(image[1]! - image[0]!).toBeGreaterThan(0);
  });

  test.each([
    [
      "IDX without labels",
      { format: "idx", paths: "a.txt" },
      /^data: labels must name the label files of format: idx; got none\./,
    ],
    [
      "IDX with too few label files",
      { format: "idx", paths: ["a.txt", "b.txt"], labels: "c.md" },
      /^data: labels must be as many files as paths \(2\); got 1\./,
    ],
    [
      "CIFAR with labels",
      { format: "cifar10", paths: "batch.bin", labels: "a.txt" },
      /^data: labels must be left out for cifar10; got a\.txt\./,
    ],
    [
      "CIFAR that is text",
      { format: "cifar10", paths: "a.txt" },
      /a\.txt: file must hold whole cifar10 records of 3073 bytes; got 2 bytes\./,
    ],
  ])("%s: one clear error", async (_, settings, message) => {
    await expect(load({ kind: "images", ...settings })).rejects.toThrow(message);
  });
});

test("synthetic sources need no file", async () => {
  const source = await load({ kind: "synthetic-text", vocabSize: 32 });
  expect([source.kind, (source as TokenSource).vocabSize]).toEqual(["tokens", 32]);
});

const digits = sharedData("images/t10k-images-idx3-ubyte.gz");

test.skipIf(!digits.isThere)(
  `MNIST's test files are 10 000 images of 28 × 28 in 10 classes${digits.note}`,
  async () => {
    const source = (await load({
      kind: "images",
      format: "idx",
      paths: digits.path,
      labels: sharedData("images/t10k-labels-idx1-ubyte.gz").path,
    })) as ImageSource;
    expect([source.train.size, source.valid.size, source.height, source.width, source.numClasses]).toEqual([
      9000, 1000, 28, 28, 10,
    ]);
  },
);

const wikitext = sharedData("text/wikitext-2-test.txt");

test.skipIf(!wikitext.isThere)(`both splits of wikitext-2 hold all of its bytes${wikitext.note}`, async () => {
  for (const split of ["position", "document"]) {
    const paths = sharedData("text/wikitext-2-*.txt").path;
    const source = (await load({ kind: "text", paths, split })) as TokenSource;
    expect(source.train.numTokens + source.valid.numTokens).toBeGreaterThan(2_000_000);
    expect(source.valid.numTokens).toBeGreaterThan(0);
  }
});
