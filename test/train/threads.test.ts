import { expect, test } from "vitest";
import { parseRunConfig } from "../../src/config/run-config.ts";
import type { RunEvent } from "../../src/core/record.ts";
import { createInlineEngine } from "../../src/engine/inline.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
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
