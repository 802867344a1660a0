/**
 * `npm run bench:threads`: how threads share a machine. Whole steps against one thread on a quiet machine, in turns: on quiet cores;
 * beside a process that takes half of one core; with one thread that is slowed to half its speed; with more threads than cores.
 */
import { availableParallelism } from "node:os";
import { enableTurbo } from "../src/kernels/turbo.ts";
import { type Neighbour, startNeighbour } from "./lib/half-core.ts";
import { machineLine } from "./lib/machine.ts";
import { BENCH_MODELS, type BenchModel, openReference, type ReferenceStep } from "./lib/models.ts";
import { countOf, countsOf, listOf, parseFlags } from "./lib/options.ts";
import { createPrinter } from "./lib/print.ts";
import { median, rounded } from "./lib/statistics.ts";

const CONDITIONS = ["quiet", "neighbour", "slowed", "crowded"] as const;
type Condition = (typeof CONDITIONS)[number];

const flags = parseFlags("npm run bench:threads --", {
  model: { type: "string", help: "decoder, vit, small" },
  sparsity: { type: "string", help: "0, 0.5, 0.75, 0.875, 0.9375; 0,0.875 by default" },
  condition: { type: "string", help: CONDITIONS.join(", ") },
  threads: { type: "string", help: "any numbers; one a core by default (crowded: twice as many, and 33)" },
  turbo: { type: "boolean", help: "let Node ≥ 24 fuse vector instructions (experimental)" },
  repeats: { type: "string", help: "rounds, 9 by default" },
  json: { type: "boolean", help: "JSON lines on stdout" },
});
const cores = availableParallelism();
const models = listOf("model", flags.model, Object.keys(BENCH_MODELS) as BenchModel[]);
const sparsities = listOf("sparsity", flags.sparsity ?? "0,0.875", [0, 0.5, 0.75, 0.875, 0.9375]);
const conditions = listOf("condition", flags.condition, CONDITIONS);
const repeats = countOf("repeats", flags.repeats, 9);
const isTurbo = flags.turbo === true;
if (isTurbo) enableTurbo();

/** A round lasts at least so long, so that small steps meet the neighbour on and off. */
const ROUND_MS = 150;

const print = createPrinter(flags.json === true);
print({ type: "machine", ...machineLine(), turbo: isTurbo });
const neighbour = startNeighbour();
for (const model of models)
  for (const sparsity of sparsities) for (const condition of conditions) await bench(model, sparsity, condition);
neighbour.end();

async function bench(model: BenchModel, sparsity: number, condition: Condition): Promise<void> {
  const options = { sparsity, variant: "strict" } as const;
  const alone = await openReference(model, { ...options, threads: 1 });
  const counts = countsOf("threads", flags.threads, condition === "crowded" ? [2 * cores, 33] : [Math.max(2, cores)]);
  for (const threads of counts) {
    const slowness = condition === "slowed" ? Array.from({ length: threads }, (_, i) => (i === 0 ? 2 : 1)) : undefined;
    const team = await openReference(model, { ...options, threads, slowness });
    for (const contender of [alone, team]) await timeOf(contender);
    const ratios: number[] = [];
    const times: number[] = [];
    for (let round = 0; round < repeats; round++) {
      const quiet = await timeOf(alone);
      const together = await beside(condition === "neighbour" ? neighbour : undefined, () => timeOf(team));
      times.push(together);
      ratios.push(quiet / together);
    }
    await team.close();
    print({
      type: "bench",
      model,
      sparsity,
      condition,
      threads,
      ms: rounded(median(times)),
      overOneThread: rounded(median(ratios)),
      ideal: idealOf(condition, Math.min(threads, cores)),
    });
  }
  await alone.close();
}

/** As many times one thread's speed as there are cores' worth of it. */
function idealOf(condition: Condition, onCores: number): number {
  return condition === "neighbour" || condition === "slowed" ? onCores - 0.5 : onCores;
}

async function beside<T>(other: Neighbour | undefined, work: () => Promise<T>): Promise<T> {
  other?.work(true);
  try {
    return await work();
  } finally {
    other?.work(false);
  }
}

/** Milliseconds of a step, a mean over a round. */
async function timeOf(contender: ReferenceStep): Promise<number> {
  const began = performance.now();
  let steps = 0;
  do {
    await contender.step();
    steps++;
  } while (performance.now() - began < ROUND_MS);
  return (performance.now() - began) / steps;
}
