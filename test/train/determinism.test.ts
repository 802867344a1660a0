import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/core/config.ts";
import type { RunResult } from "../../src/core/record.ts";
import { train } from "../../src/train/node.ts";
import { tinyDecoder, tinyVit } from "./fixtures.ts";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "sparselaw-train-"));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const runs: Record<string, RunConfigInput> = {
  "dense decoder": tinyDecoder(),
  "sparse decoder, CSR": tinyDecoder({}, { final: 0.75 }),
  "sparse decoder, masked dense": tinyDecoder({}, { final: 0.75, switchDensity: 0 }),
  "2:4 decoder": tinyDecoder({}, { final: 0.5, pattern: { kind: "nm", n: 2, m: 4 } }),
  "sparse decoder, Adafactor": tinyDecoder(
    { optimizer: { kind: "adafactor" }, learningRate: { kind: "rsqrt", warmupSteps: 100 } },
    { final: 0.5 },
  ),
  "sparse decoder, SGD": tinyDecoder({ optimizer: { kind: "sgd" } }, { final: 0.5 }),
  "sparse vit, class token": tinyVit({}, { final: 0.75 }),
};

/** What must be the same, whatever the threads and interruptions. */
const essence = ({ lossHash, validLoss, validAccuracy, nonzeroParams, sparsity, trainFlops, steps }: RunResult) => ({
  lossHash,
  validLoss,
  validAccuracy,
  nonzeroParams,
  sparsity,
  trainFlops,
  steps,
});

describe.each(Object.entries(runs))("%s", (_, config) => {
  test("has the same bits on 1, 2 and 3 threads", async () => {
    const [one, two, three] = [
      await train(config),
      await train(config, { threads: 2 }),
      await train(config, { threads: 3 }),
    ];
    expect(one.status).toBe("completed");
    expect(essence(two)).toEqual(essence(one));
    expect(essence(three)).toEqual(essence(one));
  });

  test("stopped and resumed at any step, it ends with the bits of an uninterrupted run", async () => {
    const uninterrupted = await train(config);
    for (let stops = 0; stops < 30; stops++) {
      let steps = 0;
      const signal = {
        get aborted() {
          return steps++ >= 5;
        },
      };
      const result = await train(config, { out, signal, threads: 1 + (stops % 2) });
      if (result.status === "completed") break;
      expect(result).toMatchObject({ status: "stopped", steps: 5 * (stops + 1) });
    }
    const resumed = await train(config, { out });
    expect(essence(resumed)).toEqual(essence(uninterrupted));
  });
});

test("a completed run is returned as its record has it", async () => {
  const first = await train(tinyDecoder(), { out });
  expect(await train(tinyDecoder(), { out })).toEqual(first);
});

test("another seed gives another run", async () => {
  const [a, b] = [await train(tinyDecoder()), await train({ ...tinyDecoder(), seed: 1 })];
  expect(a.id).not.toBe(b.id);
  expect(a.lossHash).not.toBe(b.lossHash);
});
