import { expect, test } from "vitest";
import { canonicalJson } from "../../src/core/canonical.ts";
import { sha256Hex } from "../../src/core/hash.ts";

test("sha256Hex has the digests of FIPS 180-2 and does not see where parts are cut", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(sha256Hex("abc")).toBe(abc);
  expect(sha256Hex("a", new TextEncoder().encode("bc"))).toBe(abc);
});

test("canonicalJson does not depend on the order of keys and drops undefined", () => {
  expect(canonicalJson({ b: [1, { d: 2, c: "x" }], a: null, e: undefined })).toBe('{"a":null,"b":[1,{"c":"x","d":2}]}');
});

test("canonicalJson refuses numbers that JSON would turn into null", () => {
  expect(() => canonicalJson({ loss: Number.NaN })).toThrow("loss must be a finite number; got NaN");
});
