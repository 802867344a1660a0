/** A worker of the pool that dies takes the fit with it, in words that say what to do. */
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { inOptions } from "../../src/cli/wording.ts";
import { WorkerError } from "../../src/core/errors.ts";
import { openFitPool } from "../../src/fit/fit-pool.ts";
import { fitLaw, sparseLaw } from "../../src/fit/index.ts";
import { plant } from "./planted.ts";

test("a worker's death is told with the threads, its reason and a remedy", async () => {
  const rows = plant(sparseLaw, { aS: 9, bS: 0.9, cS: 14, bN: 0.3, aD: 4e6, bD: 0.6, c: 0.9 });
  process.once("worker", (worker: Worker) => void worker.once("online", () => worker.terminate()));
  const pool = openFitPool(2);
  const error = await fitLaw(rows, { starts: 50, run: pool.run }).catch((error: Error) => error);
  await pool.close();
  expect(error).toBeInstanceOf(WorkerError);
  expect(inOptions((error as Error).message, { threads: "threads" })).toBe(
    'fit: --threads must each live to the end of the fit; got "worker exited with code: 1" from one of 2. Fit with 1 to see why.',
  );
});
