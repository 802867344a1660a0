/** What every store does, checked on each of them. */
import { beforeAll, describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openRun } from "../../src/store/run-directory.ts";
import type { RunStore } from "../../src/store/store.ts";
import { temporaryDirectory } from "../temporary.ts";
import { checkpointAt, checkpointEvent, config, result, stepEvent } from "./fixtures.ts";

let out: string;
let runs = 0;
beforeAll(() => {
  out = temporaryDirectory();
});

describe.each<[string, () => Promise<RunStore>]>([
  ["memory store", async () => createMemoryStore("run")],
  ["run directory", () => openRun(out, `run${runs++}`)],
])("%s", (_, open) => {
  test("begins empty", async () => {
    const store = await open();
    expect(await store.readConfig()).toBeUndefined();
    expect(await store.readEvents()).toEqual([]);
    expect(await store.latestCheckpoint()).toBeUndefined();
    expect(await store.readResult()).toBeUndefined();
    await store.close();
  });

  test("gives back configuration, events, result and checkpoint as they were", async () => {
    const store = await open();
    await store.writeConfig(config);
    for (const step of [1, 2]) await store.appendEvent(stepEvent(step));
    await store.writeCheckpoint(checkpointAt(2));
    await store.writeResult(result);
    expect(await store.readConfig()).toEqual(config);
    expect(await store.readEvents()).toEqual([stepEvent(1), stepEvent(2)]);
    expect(await store.readResult()).toEqual(result);
    const checkpoint = (await store.latestCheckpoint())!;
    expect(checkpoint.step).toBe(2);
    expect(new Map([...checkpoint.tensors].sort())).toEqual(new Map([...checkpointAt(2).tensors].sort()));
    expect(checkpoint.metadata).toMatchObject({ seed: "7", step: "2", format: "sparselaw-checkpoint", version: "1" });
    await store.close();
  });

  test("a loss that is not a number comes back as one", async () => {
    const store = await open();
    await store.appendEvent(stepEvent(1, Number.NaN));
    await store.writeResult({ ...result, status: "diverged", validLoss: Number.NaN });
    expect(await store.readEvents()).toEqual([stepEvent(1, Number.NaN)]);
    expect((await store.readResult())!.validLoss).toBeNaN();
    await store.close();
  });

  test("the latest checkpoint is the one written last, and is not changed by later changes to its arrays", async () => {
    const store = await open();
    await store.writeCheckpoint(checkpointAt(1));
    const second = checkpointAt(2);
    await store.writeCheckpoint(second);
    second.tensors.get("weight")!.data.fill(0);
    expect((await store.latestCheckpoint())!.tensors.get("weight")).toEqual(checkpointAt(2).tensors.get("weight"));
    await store.close();
  });

  test("truncateEvents drops what follows the checkpoint, and everything where there is none", async () => {
    const store = await open();
    const events = [stepEvent(1), stepEvent(2), checkpointEvent(2), stepEvent(3), checkpointEvent(3), stepEvent(4)];
    for (const event of events) await store.appendEvent(event);
    await store.truncateEvents(3);
    expect(await store.readEvents()).toEqual(events.slice(0, 5));
    await store.truncateEvents(2);
    await store.appendEvent(stepEvent(3, 9));
    expect(await store.readEvents()).toEqual([...events.slice(0, 3), stepEvent(3, 9)]);
    await store.truncateEvents(0);
    expect(await store.readEvents()).toEqual([]);
    await store.close();
  });
});
