import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import type { TokenSplit } from "../../src/sources/source.ts";
import { textSource } from "../../src/sources/text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The whole split as text, read as one window. */
function textOf(split: TokenSplit): string {
  const tokens = new Int32Array(split.numTokens);
  split.readWindow(0, split.numTokens - 1, tokens, 0);
  return String.fromCharCode(...tokens);
}

/** `count` documents of 1 to 20 times one of four letters, so that some occur more than once. */
function randomDocuments(count: number, seed: number): string[] {
  const stream = new RandomStream(seed, "documents");
  return Array.from({ length: count }, () => {
    const word = String.fromCharCode(97 + stream.integer(4));
    return `${word.repeat(1 + stream.integer(20))}|`;
  });
}

describe("split by position", () => {
  test("holds out the end of the concatenation, validFraction of the bytes", () => {
    const source = textSource([bytes("abcdefgh"), bytes("ijklmnopqrst")], { split: "position", validFraction: 0.2 });
    expect([textOf(source.train), textOf(source.valid)]).toEqual(["abcdefghijklmnop", "qrst"]);
    expect([source.vocabSize, source.train.numTokens, source.valid.numTokens]).toEqual([256, 16, 4]);
  });

  test("windows hold seqLen + 1 tokens, do not overlap and leave out a last one that is not whole", () => {
    const { train } = textSource([bytes("abcdefghijklmnop")], { split: "position", validFraction: 0.25 });
    const tokens = new Int32Array(12).fill(-7);
    expect(train.numWindows(4)).toBe(2);
    train.readWindow(0, 4, tokens, 1);
    train.readWindow(1, 4, tokens, 6);
    expect([...tokens]).toEqual([-7, ...bytes("abcdefghij"), -7]);
  });

  test("bytes above 127 are tokens above 127", () => {
    const { train } = textSource([Uint8Array.of(0, 128, 255, 3)], { split: "position", validFraction: 0.25 });
    const tokens = new Int32Array(3);
    train.readWindow(0, 2, tokens, 0);
    expect([...tokens]).toEqual([0, 128, 255]);
  });
});

describe("split by document", () => {
  test.each([1, 2, 3, 4])("neither loses, repeats nor shares a document (seed %i)", (seed) => {
    const documents = randomDocuments(40, seed);
    const source = textSource(documents.map(bytes), { split: "document", validFraction: 0.3 });
    const [train, valid] = [textOf(source.train), textOf(source.valid)];
    const pieces = (text: string) => text.split("|").slice(0, -1);
    expect([...pieces(train), ...pieces(valid)].sort()).toEqual(documents.map((d) => d.slice(0, -1)).sort());
    expect(pieces(valid).filter((document) => pieces(train).includes(document))).toEqual([]);
  });

  test.each([0.05, 0.2, 0.5])("holds out about %d of the bytes", (validFraction) => {
    const documents = Array.from({ length: 200 }, (_, i) => bytes(`document ${i} `));
    const { train, valid } = textSource(documents, { split: "document", validFraction });
    expect(valid.numTokens / (train.numTokens + valid.numTokens)).toBeCloseTo(validFraction, 2);
  });

  test("does not depend on the order of the files", () => {
    const documents = randomDocuments(20, 9);
    const settings = { split: "document", validFraction: 0.3 } as const;
    const forward = textSource(documents.map(bytes), settings);
    const backward = textSource(documents.toReversed().map(bytes), settings);
    const pieces = (split: TokenSplit) => textOf(split).split("|").sort();
    expect(pieces(backward.valid)).toEqual(pieces(forward.valid));
  });

  test("takes the blank-line separated blocks of a single file, whatever blanks the line holds", () => {
    const blocks = ["alpha\nalpha\n\n", "beta\n \t\r\n\n", "gamma\r\n\r\n", "delta"];
    const { train, valid } = textSource([bytes(blocks.join(""))], { split: "document", validFraction: 0.25 });
    const missing = blocks.filter((block) => !textOf(train).includes(block.slice(0, -1)));
    expect(missing).toHaveLength(1);
    expect(valid.numTokens).toBe(missing[0]!.length);
  });

  test("a copy at the end of the file, without its blank line, stays on the side of the first", () => {
    const text = "same\n\nother text\n\nthird, longer text\n\nsame";
    for (const validFraction of [0.1, 0.4, 0.6]) {
      const { train, valid } = textSource([bytes(text)], { split: "document", validFraction });
      const sides = [train, valid].filter((split) => textOf(split).includes("sam"));
      expect(sides, `validFraction ${validFraction}`).toHaveLength(1);
    }
  });

  test("holds out the smallest document where every one is larger than the share", () => {
    const documents = ["a".repeat(40), "b".repeat(20), "c".repeat(40)].map(bytes);
    const { valid } = textSource(documents, { split: "document", validFraction: 0.05 });
    expect(textOf(valid)).toBe("b".repeat(20));
  });

  test("refuses a text that is one document", () => {
    expect(() => textSource([bytes("no blank line")], { split: "document", validFraction: 0.1 })).toThrow(
      /^data: paths must hold at least 2 different documents for split: document; got 1\. Separate/,
    );
  });
});

test("the fingerprint changes with the content and with the split, and with nothing else", () => {
  const text = "one text\n\nanother\n\nand a third one";
  const print = (t: string, split: "position" | "document", validFraction: number) =>
    textSource([bytes(t)], { split, validFraction }).fingerprint;
  const prints = [
    print(text, "position", 0.2),
    print(`${text}.`, "position", 0.2),
    print(text, "position", 0.4),
    print(text, "document", 0.2),
  ];
  expect(new Set(prints).size).toBe(4);
  expect(print(text, "position", 0.2)).toBe(prints[0]);
  const inTwoFiles = [bytes(text.slice(0, 5)), bytes(text.slice(5))];
  expect(textSource(inTwoFiles, { split: "position", validFraction: 0.2 }).fingerprint).toBe(prints[0]);
});
