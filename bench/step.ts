/**
 * `npm run bench:step`: whole training steps of the reference models. Every combination takes its turn in each round, so that
 * what the machine does meanwhile falls on all of them; a figure is the median over the rounds.
 */
import type { Variant } from "../src/core/record.ts";
import type { KernelName } from "../src/kernels/registry.ts";
import { enableTurbo } from "../src/kernels/turbo.ts";
import { isVariantSupported } from "../src/kernels/variant.ts";
import { machineLine } from "./lib/machine.ts";
import { BENCH_MODELS, type BenchModel, type CallTime, openReference, type ReferenceStep } from "./lib/models.ts";
import { countOf, countsOf, listOf, parseFlags } from "./lib/options.ts";
import { median, rounded } from "./lib/statistics.ts";

const flags = parseFlags("npm run bench:step --", {
  model: { type: "string", help: "decoder, vit, small" },
  sparsity: { type: "string", help: "0, 0.5, 0.75, 0.875, 0.9375" },
  threads: { type: "string", help: "any numbers; 1,2 by default" },
  variant: { type: "string", help: "strict, relaxed" },
  turbo: { type: "boolean", help: "let Node ≥ 24 fuse vector instructions (experimental)" },
  repeats: { type: "string", help: "rounds, 7 by default" },
  json: { type: "boolean", help: "JSON lines on stdout" },
});
const models = listOf("model", flags.model, Object.keys(BENCH_MODELS) as BenchModel[]);
const sparsities = listOf("sparsity", flags.sparsity, [0, 0.5, 0.75, 0.875, 0.9375]);
const threadCounts = countsOf("threads", flags.threads, [1, 2]);
const variants = listOf("variant", flags.variant, ["strict", "relaxed"] as Variant[]).filter(isVariantSupported);
const repeats = countOf("repeats", flags.repeats, 7);
const isTurbo = flags.turbo === true;
if (isTurbo) enableTurbo();

const PARTS = ["products", "attention", "norms", "activations", "embedding", "loss", "optimizer"] as const;
type Part = (typeof PARTS)[number];

const print = flags.json === true ? (line: object) => console.log(JSON.stringify(line)) : createTable();
print({ type: "machine", ...machineLine(), turbo: isTurbo });
for (const model of models) await benchModel(model);

async function benchModel(model: BenchModel): Promise<void> {
  const contenders: ReferenceStep[] = [];
  for (const variant of variants)
    for (const threads of threadCounts)
      for (const sparsity of sparsities) contenders.push(await openReference(model, { sparsity, threads, variant }));
  for (const contender of contenders) for (let i = 0; i < 3; i++) await contender.step();
  const samples = contenders.map((): { ms: number; parts: Record<string, number> }[] => []);
  for (let round = 0; round < repeats; round++)
    for (const [i, contender] of contenders.entries()) {
      const { ms } = await contender.step();
      samples[i]!.push({ ms, parts: partsOf(contender.calls(), ms) });
    }
  for (const [i, contender] of contenders.entries()) print(lineOf(contender, samples[i]!, samples, contenders));
  for (const contender of contenders) await contender.close();
}

function lineOf(
  { model, options }: ReferenceStep,
  own: readonly { ms: number; parts: Record<string, number> }[],
  all: readonly (readonly { ms: number }[])[],
  contenders: readonly ReferenceStep[],
): object {
  const { sparsity, threads, variant } = options;
  const ms = median(own.map((s) => s.ms));
  /** Median over the rounds of how much faster this is than another contender in the same round. */
  const over = (other: Partial<ReferenceStep["options"]>) => {
    const wanted = { sparsity, threads, variant, ...other };
    const index = contenders.findIndex(
      ({ options: o }) =>
        o.sparsity === wanted.sparsity && o.threads === wanted.threads && o.variant === wanted.variant,
    );
    return index < 0 ? null : rounded(median(own.map((s, round) => all[index]![round]!.ms / s.ms)));
  };
  const names = Object.keys(own[0]!.parts);
  return {
    type: "step",
    model,
    sparsity,
    threads,
    variant,
    turbo: isTurbo,
    ms: rounded(ms, 4),
    [`${BENCH_MODELS[model].unit}PerSecond`]: rounded((1000 * BENCH_MODELS[model].items) / ms, 4),
    vsDense: over({ sparsity: 0 }),
    vsOneThread: over({ threads: 1 }),
    vsStrict: over({ variant: "strict" }),
    parts: Object.fromEntries(names.map((name) => [name, rounded(median(own.map((s) => s.parts[name]!)))])),
  };
}

/** Milliseconds of the kinds of calls, a mean over the threads, and what is left: waiting, claiming, the batch. */
function partsOf(calls: readonly CallTime[], ms: number): Record<Part | "other", number> {
  const parts = Object.fromEntries([...PARTS, "other"].map((part) => [part, 0])) as Record<Part | "other", number>;
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  for (const { kernel, busy } of calls) parts[partOf(kernel)] += mean(busy);
  parts.other = ms - Object.values(parts).reduce((sum, v) => sum + v, 0);
  return parts;
}

function partOf(kernel: KernelName): Part {
  if (/pack|gemm|spmm|sddmm|gather|bias_gradient/.test(kernel)) return "products";
  if (/attention/.test(kernel)) return "attention";
  if (/norm/.test(kernel)) return "norms";
  if (/ge(lu|glu)/.test(kernel)) return "activations";
  if (/embedding|position|patches|pool|class_token/.test(kernel)) return "embedding";
  if (/cross_entropy|loss/.test(kernel)) return "loss";
  return "optimizer";
}

function createTable(): (line: object) => void {
  const columns = ["ms", "vsDense", "vsOneThread", "vsStrict"];
  return (line) => {
    const fields = line as Record<string, unknown>;
    if (fields.type !== "step") {
      console.log(
        Object.entries(fields)
          .slice(1)
          .map(([name, value]) => `${name} ${value}`)
          .join(" · "),
      );
      console.log(`\n${"model".padEnd(30)}${columns.map((c) => c.padStart(12)).join("")}  parts (ms)`);
      return;
    }
    const name = `${fields.model} S=${fields.sparsity} ${fields.threads}t ${fields.variant}`;
    const parts = Object.entries(fields.parts as object)
      .map(([part, ms]) => `${part} ${ms}`)
      .join(", ");
    console.log(`${name.padEnd(30)}${columns.map((c) => String(fields[c] ?? "").padStart(12)).join("")}  ${parts}`);
  };
}
