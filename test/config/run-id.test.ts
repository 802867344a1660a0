import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseRunConfig, type RunConfigInput, runConfigSchema } from "../../src/config/run-config.ts";
import { runId } from "../../src/config/run-id.ts";
import { choice, later } from "../../src/core/choice.ts";
import { identityOf } from "../../src/core/outline.ts";

const input: RunConfigInput = {
  name: "first",
  model: { family: "decoder", dModel: 64, numLayers: 2, numHeads: 2, seqLen: 64 },
  data: { kind: "text", paths: "a.txt" },
  training: { steps: 1000, batchSize: 4 },
};

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

test("a run's id does not change with plugins that are named and not there, only with their content", () => {
  const id = runId(parseRunConfig(input), "print");
  expect(runId(parseRunConfig({ ...input, plugins: ["a.mjs"] }), "print")).toBe(id);
  expect(runId(parseRunConfig({ ...input, plugins: ["a.mjs"] }), "print", ["content"])).not.toBe(id);
});

describe("a key that came later", () => {
  const extended = runConfigSchema().extend({ dropout: later(z.number().default(0), 0) });

  test("leaves the identity of a run alone where it is what runs before it did", () => {
    const parsed = extended.parse(input);
    expect(parsed).toMatchObject({ dropout: 0 });
    expect(identityOf(extended, parsed)).toEqual(identityOf(runConfigSchema(), runConfigSchema().parse(input)));
  });

  test("is part of it where it is not, even where the default has moved to that value", () => {
    const moved = runConfigSchema().extend({ dropout: later(z.number().default(0.1), 0) });
    const before = identityOf(extended, extended.parse(input));
    expect(identityOf(moved, moved.parse(input))).toEqual({ ...Object(before), dropout: 0.1 });
    expect(identityOf(moved, moved.parse({ ...input, dropout: 0 }))).toEqual(before);
  });

  test("may stand in one option of a choice, and hold a mapping", () => {
    const option = z.strictObject({
      kind: z.literal("a"),
      x: later(z.object({ y: z.number() }).default({ y: 1 }), { y: 1 }),
    });
    const schema = z.strictObject({ part: choice("kind", [option, z.strictObject({ kind: z.literal("b") })]) });
    expect(identityOf(schema, { part: { kind: "a", x: { y: 1 } } })).toEqual({ part: { kind: "a" } });
    expect(identityOf(schema, { part: { kind: "a", x: { y: 2 } } })).toEqual({ part: { kind: "a", x: { y: 2 } } });
  });
});
