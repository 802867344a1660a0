/**
 * `npm run bench:fit`: seconds that searches for the sparse law's optimum take on a table of the shape of the paper's T5 runs, from many
 * starts and, as a bootstrap does, with rows drawn with replacement; by the wasm objective and by its twin in JavaScript. The start
 * of the threads counts.
 */
import { Piscina } from "piscina";
import { exp } from "../src/core/math.ts";
import { RandomStream } from "../src/core/rng.ts";
import { type FitRow, fitLaw, presets, sparseLaw } from "../src/fit/index.ts";
import { hasPaperRuns, t5Rows } from "../test/fit/paper-runs.ts";
import type { FitTask } from "./lib/fit-worker.ts";
import { machineLine } from "./lib/machine.ts";
import { countOf, listOf, parseFlags } from "./lib/options.ts";
import { createPrinter } from "./lib/print.ts";
import { median, rounded } from "./lib/statistics.ts";

const WORK = ["starts", "refits"] as const;
const OBJECTIVES = ["wasm", "twin"] as const;
/** Enough to even out searches of different length. */
const TASKS_PER_THREAD = 4;

const flags = parseFlags("npm run bench:fit --", {
  work: { type: "string", help: WORK.join(", ") },
  objective: { type: "string", help: "wasm, twin" },
  threads: { type: "string", help: "1, 2" },
  starts: { type: "string", help: "searches from starts, 1000 by default" },
  refits: { type: "string", help: "searches with rows drawn with replacement, 4000 by default" },
  repeats: { type: "string", help: "rounds, 1 by default" },
  json: { type: "boolean", help: "JSON lines on stdout" },
});
const works = listOf("work", flags.work, WORK);
const objectives = listOf("objective", flags.objective, OBJECTIVES);
const threadCounts = listOf("threads", flags.threads, [1, 2]);
const searches = { starts: countOf("starts", flags.starts, 1000), refits: countOf("refits", flags.refits, 4000) };
const repeats = countOf("repeats", flags.repeats, 1);

const rows = hasPaperRuns ? t5Rows() : plantedRows();
const optimum = Object.values((await fitLaw(rows, { residual: "log", delta: 0.001, starts: 20 })).scaledParams);
const print = createPrinter(flags.json === true);
print({ type: "machine", ...machineLine() });
print({ type: "table", rows: rows.length, source: hasPaperRuns ? "T5 runs of the paper" : "planted" });
for (const work of works)
  for (const threads of threadCounts) for (const objective of objectives) await bench({ work, objective, threads });

async function bench({ work, objective, threads }: Pick<FitTask, "work" | "objective"> & { threads: number }) {
  const seconds: number[] = [];
  let converged = 0;
  for (let round = 0; round < repeats; round++) {
    const began = performance.now();
    converged = await searchOnPool({ work, objective, rows, optimum }, threads);
    seconds.push((performance.now() - began) / 1000);
  }
  const count = searches[work];
  print({
    type: "bench",
    work,
    searches: count,
    threads,
    objective,
    seconds: rounded(median(seconds)),
    msPerSearch: rounded((1000 * threads * median(seconds)) / count),
    converged: rounded(converged / count, 4),
  });
}

async function searchOnPool(task: Omit<FitTask, "begin" | "end">, threads: number): Promise<number> {
  const filename = new URL("./lib/fit-worker.ts", import.meta.url).href;
  const pool = new Piscina<FitTask, number>({ filename, minThreads: threads, maxThreads: threads });
  const count = searches[task.work];
  const parts = TASKS_PER_THREAD * threads;
  const cut = (part: number) => Math.floor((part * count) / parts);
  const tasks = Array.from({ length: parts }, (_, part) => ({ ...task, begin: cut(part), end: cut(part + 1) }));
  const converged = await Promise.all(tasks.map((part) => pool.run(part)));
  await pool.destroy();
  return converged.reduce((sum, part) => sum + part, 0);
}

/** 4 sizes × 4 sparsities × 3 amounts of data, as the T5 runs have them, with half a percent of noise. */
function plantedRows(): FitRow[] {
  const stream = new RandomStream(0, "bench fit");
  return [1.33e6, 5.31e6, 21.2e6, 84.9e6].flatMap((nonzeroParams) =>
    [0, 0.5, 0.75, 0.875].flatMap((sparsity) =>
      [250_000, 500_000, 1_000_000].map((steps) => {
        const inputs = { nonzeroParams, sparsity, data: steps * 65_536 };
        return { ...inputs, loss: sparseLaw.predict(presets["t5-c4-optimum"], inputs) * exp(0.005 * stream.normal()) };
      }),
    ),
  );
}
