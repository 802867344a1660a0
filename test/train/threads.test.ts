import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import type { RunEvent } from "../../src/core/record.ts";
import { createInlineEngine } from "../../src/engine/inline.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { train } from "../../src/train/node.ts";
import { trainModel } from "../../src/train/trainer.ts";
import { syntheticSource } from "../sources.ts";
import { tinyDecoder } from "./fixtures.ts";

test("record and events name the threads that ran, not those asked for", async () => {
  const config = parseRunConfig(tinyDecoder({ steps: 5 }));
  const events: RunEvent[] = [];
  const result = await trainModel({
    config,
    data: syntheticSource(config.data),
    threads: 4,
    store: createMemoryStore("run"),
    measuredSwitchDensity: async () => 0.7,
    createEngine: ({ memory, variant }) => createInlineEngine({ memory, variant }),
    onEvent: (event) => events.push(event),
  });
  expect(result.threads).toBe(1);
  expect(events.find(({ type }) => type === "start")).toMatchObject({ threads: 1 });
});

test("of more threads than cores one a core runs, with a warning, and the bits are those of one", async () => {
  const warnings: string[] = [];
  const config = tinyDecoder({ steps: 5 });
  const cores = availableParallelism();
  const result = await train(config, { threads: cores + 31, onWarning: (message) => warnings.push(message) });
  expect(result.threads).toBe(cores);
  const expected = `train: threads must be at most ${cores}, one a core; got ${cores + 31}. It goes on with ${cores}.`;
  expect(warnings.filter((warning) => /threads/.test(warning))).toEqual([expected]);
  expect(result.lossHash).toBe((await train(config)).lossHash);
});

test.each([
  0,
  -1,
  1.5,
  1e9 + 0.5,
  Number.NaN,
])("%d threads are refused, however few cores there are", async (threads) => {
  await expect(train(tinyDecoder({ steps: 5 }), { threads })).rejects.toThrow(
    `train: threads must be a whole number of at least 1; got ${threads}.`,
  );
});
