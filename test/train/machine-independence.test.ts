/** What a default run computes does not depend on the machine: see docs/determinism.md. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { RunConfigInput } from "../../src/config/run-config.ts";
import type { SweepConfigInput } from "../../src/config/sweep-config.ts";
import { VERSION } from "../../src/core/version.ts";
import { sweep } from "../../src/sweep/node.ts";
import { train } from "../../src/train/node.ts";
import { temporaryDirectory } from "../temporary.ts";
import { tinyDecoder } from "./fixtures.ts";

afterEach(() => vi.unstubAllEnvs());

/** A cache in which this machine, with and without turbo, has its crossover at a density. */
async function machineWith(switchDensity: number): Promise<void> {
  const directory = join(temporaryDirectory(), "cache");
  await mkdir(directory);
  const keys = ["strict", "strict turbo"].map((build) =>
    [cpus()[0]?.model ?? "unknown CPU", process.version, VERSION, build].join(" · "),
  );
  const entries = keys.map((key) => [key, { switchDensity, products: [] }]);
  await writeFile(join(directory, "calibration.json"), JSON.stringify(Object.fromEntries(entries)));
  vi.stubEnv("SPARSELAW_CACHE", directory);
}

/** Nothing of sparsity is given but the target. */
function plainRun(switchDensity?: "measured"): RunConfigInput {
  const { sparsity: _sparsity, ...rest } = tinyDecoder({ steps: 40 });
  return { ...rest, sparsity: { final: 0.75, ...(switchDensity === undefined ? {} : { switchDensity }) } };
}

const hashOn = async (density: number, config: RunConfigInput) => {
  await machineWith(density);
  return (await train(config)).lossHash;
};

describe("a run", () => {
  test("has the same bits under contradicting calibrations", async () => {
    expect(await hashOn(0.95, plainRun())).toBe(await hashOn(0.45, plainRun()));
  });

  test("has the machine's own where it asks for them", async () => {
    expect(await hashOn(0.95, plainRun("measured"))).not.toBe(await hashOn(0.45, plainRun("measured")));
  });

  test.each([
    ["TZ", "Pacific/Auckland"],
    ["LANG", "tr_TR.UTF-8"],
    ["LC_ALL", "ar_EG.UTF-8"],
  ])("has the same bits and the same id with %s=%s", async (variable, value) => {
    const before = await train(plainRun());
    vi.stubEnv(variable, value);
    const { id, lossHash } = await train(plainRun());
    expect({ id, lossHash }).toEqual({ id: before.id, lossHash: before.lossHash });
  });
});

test("a sweep has one hash, with 1 and 2 jobs, under contradicting calibrations, interrupted or not", async () => {
  const { model: _model, training, sparsity: _sparsity, ...rest } = tinyDecoder({ evalExamples: 4 });
  const { steps: _steps, ...trainingBase } = training;
  const config = {
    name: "bits",
    base: { ...rest, model: { family: "decoder", numLayers: 1, seqLen: 20 }, training: trainingBase },
    grid: { nonzeroParams: [3072], sparsities: [0, 0.75], data: [1600, 2400], headDim: 8 },
  } as SweepConfigInput;
  const hashes: (string | undefined)[] = [];
  for (const [density, jobs] of [
    [0.95, 1],
    [0.45, 2],
  ] as const) {
    await machineWith(density);
    const out = temporaryDirectory();
    const { lossHash } = await sweep(config, { out, jobs });
    hashes.push(lossHash, (await sweep(config, { out, jobs })).lossHash);
  }
  expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(new Set(hashes).size).toBe(1);
});
