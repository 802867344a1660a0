/** A sweep reads its data once, and all of its runs train on what was read. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { loadPlugins } from "../../src/config/plugins.ts";
import { parseSweepConfig, type SweepConfigInput } from "../../src/config/sweep-config.ts";
import type { RunResult } from "../../src/core/record.ts";
import { listRuns } from "../../src/store/run-directory.ts";
import { prepareSweep, type SweepSettings, sweep } from "../../src/sweep/node.ts";
import type { PlannedRun } from "../../src/sweep/plan.ts";
import { train } from "../../src/train/node.ts";
import { temporaryDirectory } from "../temporary.ts";

const directory = temporaryDirectory();

const training = { batchSize: 4, evalExamples: 8, learningRate: { kind: "constant", peak: 3e-3 } };
const library = JSON.stringify(join(import.meta.dirname, "..", "..", "src", "index.ts"));

/** Four runs of a second or less. */
function sweepOn(data: object, model: object, rest: object = {}): SweepConfigInput {
  const base = { model: { numLayers: 1, ...model }, data, training, sparsity: { interval: 2 }, ...rest };
  const grid = { nonzeroParams: [3072], sparsities: [0, 0.75], data: [64, 96], headDim: 8 };
  return { name: "data", base, grid } as unknown as SweepConfigInput;
}

const decoder = { family: "decoder", seqLen: 4 };

const noise = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 2_654_435_761) + seed) >>> 24);

/** 40 images of three classes. */
const cifar = (seed: number) =>
  noise(40 * 3073, seed).map((pixel, i) => (i % 3073 === 0 ? Math.floor(i / 3073) % 3 : pixel));

const kinds = [
  {
    name: "text",
    config: sweepOn({ kind: "text", paths: "data", split: "position" }, decoder),
    content: (seed: number) => noise(3000, seed),
  },
  {
    name: "images",
    config: sweepOn(
      { kind: "images", format: "cifar10", paths: "data", augmentShift: 2 },
      { family: "vit", patchSize: 16 },
    ),
    content: cifar,
  },
  {
    name: "a plugin that reads once",
    config: sweepOn({ kind: "token-file", vocabSize: 512, train: "data", valid: "data" }, decoder, {
      plugins: [join(import.meta.dirname, "..", "plugins", "token-file.ts")],
    }),
    content: (seed: number) => noise(3000, seed).map((byte, i) => (i % 2 === 0 ? byte : byte & 1)),
  },
];

async function sweepAndList(config: SweepConfigInput, settings: Partial<SweepSettings> = {}) {
  const { out = temporaryDirectory() } = settings;
  const summary = await sweep(config, { baseDir: directory, jobs: 2, ...settings, out });
  return { summary, results: (await listRuns(out)).flatMap(({ result }) => result ?? []) };
}

const hashes = (results: readonly RunResult[]) => Object.fromEntries(results.map(({ id, lossHash }) => [id, lossHash]));

async function trainAlone(runs: readonly PlannedRun[]) {
  const results: RunResult[] = [];
  for (const { config } of runs) results.push(await train(config, { baseDir: directory }));
  return results;
}

async function planOf(config: SweepConfigInput): Promise<readonly PlannedRun[]> {
  await loadPlugins(config.base.plugins ?? [], directory);
  const { plan } = await prepareSweep(parseSweepConfig(config), { out: directory, baseDir: directory });
  return plan.runs;
}

describe.each(kinds)("a sweep of $name", ({ config, content }) => {
  const file = () => join(directory, "data");

  beforeEach(() => writeFile(file(), content(1)));

  test("has the ids and the bits of runs that are trained alone", async () => {
    const { results } = await sweepAndList(config);
    expect(results).toHaveLength(4);
    expect(hashes(results)).toEqual(hashes(await trainAlone(await planOf(config))));
  });

  test.each([1, 2])("with %i jobs needs its file no more once its first run starts", async (jobs) => {
    const onEvent = () => rmSync(file(), { force: true });
    const { summary, results } = await sweepAndList(config, { jobs, onEvent });
    expect(summary).toMatchObject({ total: 4, completed: 4, failed: [] });
    await writeFile(file(), content(1));
    expect(results.map(({ id }) => id).sort()).toEqual((await planOf(config)).map(({ id }) => id).sort());
  });

  test("stopped and started again has the bits of one that was not", async () => {
    const stop = new AbortController();
    const out = temporaryDirectory();
    const { summary } = await sweepAndList(config, { out, signal: stop.signal, onEvent: () => stop.abort() });
    expect(summary.left).toBeGreaterThan(0);
    const { results } = await sweepAndList(config, { out });
    expect(hashes(results)).toEqual(hashes((await sweepAndList(config)).results));
  });

  test("reads a file anew that was changed between two calls: other runs", async () => {
    const { results } = await sweepAndList(config);
    await writeFile(file(), content(2 ** 31));
    const { results: others } = await sweepAndList(config);
    expect(new Set([...results, ...others].map(({ id }) => id)).size).toBe(8);
  });
});

/** A plugin with a source of four tokens; both of its functions leave a line in `<directory>/log`. */
const plugin = (loading: string) => `
  import { appendFileSync } from "node:fs";
  import { defineSource, z } from ${library};
  const log = (line) => appendFileSync(${JSON.stringify(join(directory, "log"))}, line + "\\n");
  const splitOf = (first) => ({
    numTokens: 500,
    numWindows: (seqLen) => Math.floor(500 / (seqLen + 1)),
    readWindow: (index, seqLen, into, offset) => into.fill((first + index) % 4, offset, offset + seqLen + 1),
  });
  const sourceOf = (first) =>
    ({ kind: "tokens", vocabSize: 4, train: splitOf(first), valid: splitOf(first), fingerprint: "of " + first });
  export default defineSource({
    name: "logged",
    schema: z.strictObject({ kind: z.literal("logged") }),
    yields: "tokens",
    ${loading}
  });
`;

const READ = 'read: () => (log("read"), { first: 1, opened: new Int32Array(1) }),';

async function sweepOnPlugin(loading: string, settings: Partial<SweepSettings> = {}) {
  await writeFile(join(directory, "log"), "");
  await writeFile(join(directory, "plugin.mjs"), plugin(loading));
  const config = sweepOn({ kind: "logged" }, decoder, { plugins: ["plugin.mjs"] });
  const { summary, results } = await sweepAndList(config, settings);
  return { config, summary, results, log: readFileSync(join(directory, "log"), "utf8").trim().split("\n") };
}

describe("a sweep of a plugin's source", () => {
  test.each([
    1, 2,
  ])("that reads once opens the same memory on every thread of %i: a count of its own goes on from run to run", async (jobs) => {
    const open = 'open: ({ first, opened }) => (log("open " + Atomics.add(opened, 0, 1)), sourceOf(first)),';
    const { summary, log } = await sweepOnPlugin(READ + open, { jobs });
    expect(summary).toMatchObject({ total: 4, completed: 4, failed: [] });
    expect(log.sort()).toEqual(["open 0", "open 1", "open 2", "open 3", "open 4", "read"]);
  });

  test("keeps what it read where a worker dies", async () => {
    const open = `open: ({ first, opened }) => {
      const count = Atomics.add(opened, 0, 1);
      log("open " + count);
      if (count === 2) process.exit(9);
      return sourceOf(first);
    },`;
    const { summary, log } = await sweepOnPlugin(READ + open);
    expect(summary).toMatchObject({ total: 4, completed: 3, left: 0 });
    expect(summary.failed.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^sweep: a run's worker must live to its end/),
    ]);
    expect(log.sort()).toEqual(["open 0", "open 1", "open 2", "open 3", "open 4", "read"]);
  });

  test("that is loaded in one piece is loaded for the plan and by each run", async () => {
    const { summary, log } = await sweepOnPlugin('load: () => (log("load"), sourceOf(1)),');
    expect(summary).toMatchObject({ total: 4, completed: 4, failed: [] });
    expect(log).toEqual(Array(5).fill("load"));
  });

  test("whose file is edited meanwhile is read anew by it: no run has data that its id does not name", async () => {
    const open = "open: ({ first }) => sourceOf(first),";
    let isEdited = false;
    const onEvent = () => {
      if (isEdited) return;
      isEdited = true;
      writeFileSync(join(directory, "plugin.mjs"), plugin(READ.replace("first: 1", "first: 2") + open));
    };
    const { config, results, log } = await sweepOnPlugin(READ + open, { jobs: 1, onEvent });
    expect(log).toEqual(Array(5).fill("read"));
    expect(hashes(results)).toEqual(hashes(await trainAlone(await planOf(config))));
  });

  test("is refused before any run starts where threads cannot share what it reads", async () => {
    await writeFile(
      join(directory, "plugin.mjs"),
      plugin("read: () => ({ words: new Map() }), open: () => sourceOf(1),"),
    );
    const config = sweepOn({ kind: "logged" }, decoder, { plugins: ["plugin.mjs"] });
    await expect(sweepAndList(config)).rejects.toThrow(
      "source logged: read must give values of JSON and typed arrays, in lists and plain objects; got a Map. Make the rest in open.",
    );
  });
});
