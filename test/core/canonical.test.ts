import { expect, test } from "vitest";
import { parseRunConfig, type RunConfigInput } from "../../src/config/run-config.ts";
import { runId } from "../../src/config/run-id.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { sha256Hex } from "../../src/core/hash.ts";

const input: RunConfigInput = {
  name: "first",
  model: { family: "decoder", dModel: 64, numLayers: 2, numHeads: 2, seqLen: 64 },
  data: { kind: "text", paths: "a.txt" },
  training: { steps: 1000, batchSize: 4 },
};

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

test("a run's id is 12 hex digits that name, paths and key order do not change", () => {
  const id = runId(parseRunConfig(input), "print");
  const { model, ...rest } = input;
  const moved = { ...rest, name: "second", data: { kind: "text", paths: ["/elsewhere/b.txt"] }, model };
  expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(runId(parseRunConfig(moved), "print")).toBe(id);
});

test("a run's id changes with its data, its seed and every setting", () => {
  const id = runId(parseRunConfig(input), "print");
  const others = [
    runId(parseRunConfig(input), "other"),
    runId(parseRunConfig({ ...input, seed: 1 }), "print"),
    runId(parseRunConfig({ ...input, sparsity: { final: 0.5 } }), "print"),
    runId(parseRunConfig({ ...input, data: { kind: "text", paths: "a.txt", validFraction: 0.2 } }), "print"),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});
