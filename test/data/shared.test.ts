/** Content that is read once and opened by any thread. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { register } from "../../src/config/parts.ts";
import { dataSection } from "../../src/config/sections.ts";
import { sources } from "../../src/sources/index.ts";
import { fileReader, loadData } from "../../src/sources/node.ts";
import { loadShared, openShared } from "../../src/sources/shared.ts";
import { type DataSource, defineSource, type SourceChoice, type TokenSource } from "../../src/sources/source.ts";
import { temporaryDirectory } from "../temporary.ts";

const baseDir = temporaryDirectory();
await writeFile(join(baseDir, "text"), "a line\n\nand another\n\nand a third one\n");
await writeFile(
  join(baseDir, "cifar"),
  Uint8Array.from({ length: 4 * 3073 }, (_, i) => (i % 3073 === 0 ? Math.floor(i / 3073) % 2 : i % 251)),
);

const parse = (data: object) => dataSection().parse(data) as SourceChoice;
const load = (choice: SourceChoice) => loadShared(choice, fileReader(baseDir));

/** The first example of each split. */
function examplesOf(source: DataSource): number[][] {
  return [source.train, source.valid].map((split) => {
    if ("readWindow" in split) {
      const tokens = new Int32Array(4);
      split.readWindow(0, 3, tokens, 0);
      return [...tokens];
    }
    const image = new Float32Array(3 * 32 * 32);
    return [split.readImage(0, 7, image, 0), ...image];
  });
}

function arraysOf(value: unknown): ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(arraysOf) : [];
}

describe.each([
  ["text by position", { kind: "text", paths: "text", validFraction: 0.4 }],
  ["text by document", { kind: "text", paths: "text", validFraction: 0.4, split: "document" }],
  ["images", { kind: "images", format: "cifar10", paths: "cifar", validFraction: 0.5, augmentShift: 3 }],
])("content of %s", (_, settings) => {
  test("has all of its arrays in shared memory", async () => {
    const arrays = arraysOf((await load(parse(settings))).content);
    expect(arrays.length).toBeGreaterThan(0);
    for (const { buffer } of arrays) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test("opened as a message has it is what loadData gives", async () => {
    const choice = parse(settings);
    const { data, content } = await load(choice);
    const alone = await loadData(choice, { baseDir });
    const opened = openShared(choice, structuredClone(content))!;
    for (const source of [data, opened]) {
      expect(source.fingerprint).toBe(alone.fingerprint);
      expect(examplesOf(source)).toEqual(examplesOf(alone));
    }
  });
});

test("every built-in kind of data is read once, or made up from its settings", () => {
  for (const { name, read, isSynthetic } of sources.all) expect(read !== undefined || isSynthetic, name).toBe(true);
});

test("made-up data have no content: every thread loads them itself", async () => {
  const choice = parse({ kind: "synthetic-text" });
  const { data, content } = await load(choice);
  expect(data.fingerprint).toBe((await loadData(choice, { baseDir })).fingerprint);
  expect(content).toBeUndefined();
  expect(openShared(choice, content)).toBeUndefined();
});

describe("what a source of one's own reads", () => {
  let read: () => unknown;
  const split = { numTokens: 0, numWindows: () => 0, readWindow: () => undefined };
  register(
    defineSource<SourceChoice, TokenSource>({
      name: "given",
      schema: z.strictObject({ kind: z.literal("given") }),
      yields: "tokens",
      read: () => read(),
      open: () => ({ kind: "tokens", vocabSize: 2, train: split, valid: split, fingerprint: "given" }),
    }),
  );

  test("keeps its values and types, whatever part of a buffer an array is of", async () => {
    const floats = Float64Array.of(1.5, -0, Number.NaN, 4).subarray(1);
    read = () => ({
      list: [floats, { text: "ü", none: null, flag: false }],
      bytes: Buffer.from("abc"),
      big: BigInt64Array.of(-1n),
    });
    expect((await load({ kind: "given" })).content).toEqual({
      list: [floats, { text: "ü", none: null, flag: false }],
      bytes: Uint8Array.from([97, 98, 99]),
      big: BigInt64Array.of(-1n),
    });
  });

  test("in shared memory already is not copied", async () => {
    const tokens = new Uint16Array(new SharedArrayBuffer(8), 2, 2);
    read = () => ({ tokens });
    expect((await load({ kind: "given" })).content).toEqual({ tokens });
    expect(((await load({ kind: "given" })).content as { tokens: Uint16Array }).tokens).toBe(tokens);
  });

  test.each([
    ["a function", () => 1, "Function"],
    ["a map", new Map(), "Map"],
    ["an object of a class", new URL("file:///"), "URL"],
  ])("is refused by name where it has %s", async (_, value, name) => {
    read = () => ({ value });
    await expect(load({ kind: "given" })).rejects.toThrow(
      `source given: read must give values of JSON and typed arrays, in lists and plain objects; got a ${name}.`,
    );
  });
});
