/** A user's own parts, one file each, go the way of the built-in ones: trained, stopped, resumed and swept by name. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { loadPlugins } from "../../src/config/plugins.ts";
import type { RunConfigInput } from "../../src/config/run-config.ts";
import type { SweepConfigInput } from "../../src/config/sweep-config.ts";
import type { RunEvent, RunResult } from "../../src/core/record.ts";
import { listRuns, openRun } from "../../src/store/run-directory.ts";
import { sweep } from "../../src/sweep/node.ts";
import { type TrainOptions, train } from "../../src/train/node.ts";
import { temporaryDirectory } from "../temporary.ts";

vi.mock("../../src/engine/engine.ts", () => import("../train/every-tape.ts"));

const baseDir = import.meta.dirname;
const plugins = ["two-matrices.ts", "fading-momentum.ts", "striped-images.ts"];

/** Every part of it but the learning rate is of a plugin. */
const config = {
  model: { family: "two-matrices", width: 24 },
  data: { kind: "stripes", side: 8 },
  training: {
    steps: 30,
    batchSize: 40,
    optimizer: { kind: "fading-momentum" },
    learningRate: { kind: "constant", peak: 0.5 },
  },
  sparsity: { final: 0.75, interval: 3, switchDensity: 0.6 },
  plugins,
} as unknown as RunConfigInput;

const run = (options: TrainOptions = {}): Promise<RunResult> => train(config, { baseDir, ...options });

describe("a family, an optimizer and a source of one's own", () => {
  test("are trained: the loss falls, N and D are counted in their own ways", async () => {
    const result = await run();
    expect(result).toMatchObject({ status: "completed", dataUnit: "pictures", dataSeen: 30 * 40, validAccuracy: 1 });
    expect(result.denseParams).toBe(64 * 24 + 24 * 2);
    expect(result.nonzeroParams).toBe((64 * 24 + 24 * 2) / 4);
    expect(result.validLoss).toBeLessThan(0.3);
  });

  test("give the same bits on two threads, and stopped and resumed", async () => {
    const { lossHash } = await run();
    expect((await run({ threads: 2 })).lossHash).toBe(lossHash);
    const out = temporaryDirectory();
    let steps = 0;
    const onEvent = ({ type }: RunEvent) => void (type === "step" && steps++);
    const signal = {
      get aborted() {
        return steps >= 1;
      },
    };
    const stopped = await run({ out, signal, onEvent });
    expect(stopped.status).toBe("stopped");
    const resumed = await run({ out });
    expect(resumed).toMatchObject({ status: "completed", lossHash, id: stopped.id });
  });

  test("are swept on worker threads over sizes that are matched by their declarations", async () => {
    const out = temporaryDirectory();
    const { model: _model, training, sparsity: _sparsity, ...rest } = config;
    const { steps: _steps, ...trainingBase } = training;
    const base = { ...rest, model: { family: "two-matrices" }, training: trainingBase, sparsity: { interval: 2 } };
    const grid = { nonzeroParams: [660], sparsities: [0, 0.5], data: [400] };
    const summary = await sweep({ name: "own", base, grid } as unknown as SweepConfigInput, { out, baseDir, jobs: 2 });
    expect(summary).toMatchObject({ total: 2, completed: 2, failed: [] });
    const results = (await listRuns(out)).map(({ result }) => result!);
    expect(results.map(({ sparsity }) => sparsity).sort()).toEqual([0, 0.5]);
    for (const { nonzeroParams, dataSeen } of results) {
      expect(Math.abs(nonzeroParams / 660 - 1)).toBeLessThan(0.02);
      expect(dataSeen).toBe(400);
    }
  });
});

describe("a method of one's own that drops and grows", () => {
  const regrowing = {
    ...config,
    sparsity: { method: "random-regrow", final: 0.75, interval: 4, switchDensity: 0.6 },
    plugins: [...plugins, "random-regrow.ts"],
  } as unknown as RunConfigInput;
  const countOnes = (mask: ArrayLike<number>) => Array.from(mask).filter((bit) => bit === 1).length;

  async function tensorsOf(out: string, id: string) {
    const store = await openRun(out, id);
    const checkpoint = await store.latestCheckpoint();
    await store.close();
    return checkpoint!.tensors;
  }

  test("is sparse from the first step, exactly, and learns", async () => {
    const out = temporaryDirectory();
    const events: RunEvent[] = [];
    const result = await train(regrowing, { baseDir, out, onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ sparsity: 0.75, validAccuracy: 1 });
    const masks = events.filter((event) => event.type === "mask");
    expect(masks.map(({ step }) => step)).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
    for (const { sparsity } of masks) expect(sparsity).toBe(0.75);
    for (const [name, { data }] of await tensorsOf(out, result.id))
      if (name.startsWith("training.mask.")) expect(countOnes(data), name).toBe(data.length / 4);
  });

  test("exchanges the share that it says, and gives the same bits stopped and resumed", async () => {
    const out = temporaryDirectory();
    const { lossHash } = await train(regrowing, { baseDir });
    const masksAt = async (polls: number) => {
      let polled = 0;
      const signal = {
        get aborted() {
          return polled++ >= polls;
        },
      };
      const { id } = await train(regrowing, { baseDir, out, signal });
      return (await tensorsOf(out, id)).get("training.mask.two-matrices.up.weight")!.data as Uint8Array;
    };
    const before = await masksAt(4);
    const after = await masksAt(1);
    const kept = countOnes(before);
    const grown = before.filter((bit, i) => bit === 0 && after[i] === 1).length;
    expect(grown).toBe(Math.round(0.3 * kept));
    expect(countOnes(after)).toBe(kept);
    expect((await train(regrowing, { baseDir, out })).lossHash).toBe(lossHash);
  });
});

describe("a plugin file", () => {
  const methodFile = (name: string, progress: number) => `
    import { defineMethod } from ${JSON.stringify(join(baseDir, "..", "..", "src", "index.ts"))};
    import { z } from "zod";
    export const method = defineMethod({
      name: ${JSON.stringify(name)},
      schema: z.strictObject({ method: z.literal(${JSON.stringify(name)}) }),
      changes: () => [{ kind: "prune", step: 2, progress: ${progress} }],
    });
  `;

  test("is part of a run's id by its content, not by its path", async () => {
    const directory = temporaryDirectory();
    const idWith = async (file: string, text: string) => {
      await writeFile(join(directory, file), text);
      const sparsity = { method: "own-once", final: 0.5 };
      const own = { ...config, sparsity, plugins: [...plugins.map((name) => join(baseDir, name)), file] };
      return (await train(own as unknown as RunConfigInput, { baseDir: directory })).id;
    };
    const first = await idWith("method.mjs", methodFile("own-once", 1));
    expect(await idWith("method.mjs", methodFile("own-once", 1))).toBe(first);
    expect(await idWith("method.mjs", `${methodFile("own-once", 1)}// edited`)).not.toBe(first);
  });

  test.each([
    ["that is not there", "missing.mjs", undefined, /plugins: file must be readable; got ENOENT/],
    ["without a part", "empty.mjs", "export const x = 1;", /empty\.mjs: a plugin must export what a define… function/],
    ["that does not run", "broken.mjs", "throw new Error('no')", /broken\.mjs: a plugin must be a module that runs/],
    [
      "with a name that is taken",
      "taken.mjs",
      methodFile("gradual-magnitude", 1),
      /got gradual-magnitude, which sparselaw/,
    ],
  ])("%s gets one error with its name", async (_, file, text, message) => {
    const directory = temporaryDirectory();
    if (text !== undefined) await writeFile(join(directory, file), text);
    await expect(loadPlugins([file], directory)).rejects.toThrow(message);
  });
});
