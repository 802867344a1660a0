/**
 * What training computes, pinned bit by bit: the losses, the last evaluation and the last checkpoint of many tiny runs, the hashes
 * that README and the examples print, and the ids of all runs that the examples name.
 *
 * Bits and ids are a promise. Where one shall change, name it in CHANGELOG with the reason and write hashes.json anew:
 *
 *     SPARSELAW_WRITE_HASHES=1 npm test -- test/train/hashes.test.ts
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { RunConfigInput } from "../../src/config/run-config.ts";
import { runId } from "../../src/config/run-id.ts";
import { parseSweepConfig } from "../../src/config/sweep-config.ts";
import { parseYamlConfig, readYaml } from "../../src/config/yaml.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import type { RunResult } from "../../src/core/record.ts";
import { families } from "../../src/families/index.ts";
import { optimizers } from "../../src/optimizers/index.ts";
import { rates } from "../../src/rates/index.ts";
import type { DataSource } from "../../src/sources/source.ts";
import { patterns } from "../../src/sparsity/patterns/index.ts";
import { openRun } from "../../src/store/run-directory.ts";
import type { Checkpoint } from "../../src/store/store.ts";
import { planSweep } from "../../src/sweep/plan.ts";
import { train } from "../../src/train/node.ts";
import type { StopSignal } from "../../src/train/trainer.ts";
import { temporaryDirectory } from "../temporary.ts";
import { netRuns, STEPS, uncoveredPairs, writeNetData } from "./net.ts";

vi.mock("../../src/engine/engine.ts", () => import("./every-tape.ts"));

const root = join(import.meta.dirname, "..", "..");
const file = join(import.meta.dirname, "hashes.json");
const isWriting = process.env.SPARSELAW_WRITE_HASHES === "1";
const pinned: Record<string, unknown> = isWriting ? {} : JSON.parse(readFileSync(file, "utf8"));

/** Compares with what is pinned under a name, or pins it. */
function expectPinned(name: string, value: unknown): void {
  if (isWriting) pinned[name] = value;
  expect(value, name).toEqual(pinned[name]);
}

const out = temporaryDirectory();
afterAll(() => {
  if (isWriting) writeFileSync(file, `${JSON.stringify(pinned, null, 1)}\n`);
});

describe("a tiny run", () => {
  const runs = netRuns();
  writeNetData(out);

  test("of every setting meets every setting of each other kind", () => {
    expect(runs.length).toBeGreaterThanOrEqual(60);
    expect(uncoveredPairs(runs)).toEqual([]);
  });

  test("of every family, optimizer, schedule and pattern that is built in", () => {
    const kinds = (kindOf: (config: RunConfigInput) => string) => [
      ...new Set(runs.map(({ config }) => kindOf(config))),
    ];
    const expectEvery = ({ names }: { readonly names: readonly string[] }, found: string[]) =>
      expect(found.sort()).toEqual([...names].sort());
    expectEvery(
      families,
      kinds(({ model }) => model.family),
    );
    expectEvery(
      optimizers,
      kinds(({ training }) => training.optimizer!.kind),
    );
    expectEvery(
      rates,
      kinds(({ training }) => training.learningRate!.kind),
    );
    expectEvery(
      patterns,
      kinds(({ sparsity }) => sparsity?.pattern?.kind ?? "unstructured"),
    );
  });

  test.each(runs)("has its losses, evaluation and checkpoint: $name", async ({ name, config, threads, stopAfter }) => {
    const trainOnce = (stopBefore: number) =>
      train(config, { out, baseDir: out, threads, signal: abortedAtPoll(stopBefore) });
    if (stopAfter < STEPS) expect(await trainOnce(stopAfter)).toMatchObject({ status: "stopped" });
    const result = await trainOnce(Number.POSITIVE_INFINITY);
    expectPinned(name, { ...factsOf(result), checkpoint: hashOf(await lastCheckpoint(result.id)) });
  });
});

/** The trainer polls once before each step. */
function abortedAtPoll(poll: number): StopSignal {
  let polls = 0;
  return {
    get aborted() {
      return polls++ >= poll;
    },
  };
}

function factsOf({ id, lossHash, validLoss, validAccuracy, nonzeroParams, trainFlops }: RunResult) {
  return { id, lossHash, validLoss, validAccuracy, nonzeroParams, trainFlops };
}

async function lastCheckpoint(id: string): Promise<Checkpoint> {
  const store = await openRun(out, id);
  const checkpoint = await store.latestCheckpoint();
  await store.close();
  return checkpoint!;
}

/** Weights, optimizer state, masks and losses with their names and shapes. */
function hashOf({ tensors }: Checkpoint): string {
  const parts = [...tensors].flatMap(([name, { shape, data }]) => [
    `${name} ${shape.join()}`,
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  return sha256Hex(...parts).slice(0, 16);
}

const textSplit = { numTokens: 1e9, numWindows: () => 1e7, readWindow: () => {} };
const imageSplit = { size: 1e7, readImage: () => 0 };
/** Stand in for data that change or are not there: ids follow their fingerprints. */
const stand: Record<string, DataSource> = {
  text: { kind: "tokens", vocabSize: 256, train: textSplit, valid: textSplit, fingerprint: "f00d" },
  images: {
    kind: "images",
    channels: 1,
    height: 28,
    width: 28,
    numClasses: 10,
    train: imageSplit,
    valid: imageSplit,
    fingerprint: "f00d",
  },
};

describe("README and the examples", () => {
  test("README's first snippet trains to the hash that README prints", async () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const result = await train({
      model: { family: "decoder", dModel: 64, numLayers: 2, numHeads: 4, seqLen: 64 },
      data: { kind: "synthetic-text" },
      training: { steps: 400, batchSize: 16, learningRate: { kind: "cosine", peak: 0.01, warmupSteps: 40 } },
      sparsity: { final: 0.75, interval: 20, switchDensity: 0.8 },
    });
    expect(result.lossHash).toBe("b8447f6de39df816");
    expect(readme).toContain(`bits of all 400 losses: ${result.lossHash}`);
  });

  test("examples/tiny.yaml trains to the same bits everywhere", async () => {
    const config = parseYamlConfig(readFileSync(join(root, "examples", "tiny.yaml"), "utf8"), "tiny.yaml");
    expect((await train(config)).lossHash).toBe("160606d1ef4123fa");
  });

  const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".yaml"));
  test.each(examples)("the ids of %s are those of before", (name) => {
    const { input, origin } = readYaml(readFileSync(join(root, "examples", name), "utf8"), name);
    const isSweep = typeof input === "object" && input !== null && "grid" in input;
    if (isSweep) {
      const sweep = parseSweepConfig(input, origin);
      const ids = planSweep(sweep, stand.text!, 0.75, origin).runs.map(({ id }) => id);
      expectPinned(name, ids);
    } else {
      const config = parseYamlConfig(readFileSync(join(root, "examples", name), "utf8"), name);
      expectPinned(name, runId(config, "f00d"));
    }
  });
});
