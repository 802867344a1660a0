/**
 * Records that versions before this one wrote, as they lie on users' disks: they are never written anew. A key that a record gets
 * from now on must be optional in `store/records.ts` and `core/record.ts`. old-runs/<id> is of 0.1.0, without its checkpoints.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/store/records.ts";
import { listRuns, readEvents } from "../../src/store/run-directory.ts";

const OLD_RUNS = join(import.meta.dirname, "old-runs");
const ID = "9f7883038144";

test("an old run is listed with its configuration and its result, without a problem", async () => {
  const [run, ...others] = await listRuns(OLD_RUNS);
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    id: ID,
    problems: [],
    config: { name: "old run", seed: 3, training: { steps: 6, clipNorm: 1 }, sparsity: { final: 0.5 } },
    result: {
      id: ID,
      status: "completed",
      validLoss: 3.33394056558609,
      nonzeroParams: 384,
      lossHash: "95721603f0e0f629",
    },
  });
  expect(run!.result!.config).toEqual(run!.config);
});

test("its events are all there", async () => {
  const events = await readEvents(join(OLD_RUNS, ID));
  expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
    "start 0",
    "step 1",
    "step 2",
    "step 3",
    "eval 3",
    "checkpoint 3",
    "mask 3",
    "step 4",
    "mask 4",
    "step 5",
    "mask 5",
    "step 6",
    "eval 6",
    "checkpoint 6",
  ]);
});

test("a configuration from before there were methods, plugins and clipped elements is read", async () => {
  const file = join(OLD_RUNS, ID, "config.json");
  const config = JSON.parse(await readFile(file, "utf8"));
  delete config.plugins;
  delete config.sparsity.method;
  delete config.training.clipElement;
  expect(parseConfig(JSON.stringify(config), file)).toEqual(config);
});
