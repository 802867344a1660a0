/**
 * `npm run bench`: what the machine could do at most, then every kernel of the registry: its time, its share of that peak, and
 * sparse products against the dense ones of the same shape. Everything that is compared takes its turn in every round; a
 * figure is the median over the rounds, a ratio the median of the rounds' ratios.
 */

import {
  kept,
  type LinearCall,
  type LinearShape,
  linearWorkbench,
  type Pass,
  type Weight,
} from "../src/calibration/products.ts";
import { createWorkbench, Recorder, type WorkbenchOptions } from "../src/calibration/workbench.ts";
import type { Variant } from "../src/core/record.ts";
import { createEngine } from "../src/engine/engine.ts";
import { describeArg, kernels } from "../src/kernels/registry.ts";
import { enableTurbo } from "../src/kernels/turbo.ts";
import { isVariantSupported } from "../src/kernels/variant.ts";
import { byteLength } from "../src/memory/tensor.ts";
import { isTensor } from "../src/tape/tape.ts";
import { BENCH_CASES, type BenchCase } from "./lib/cases.ts";
import { machineLine } from "./lib/machine.ts";
import { countOf, countsOf, listOf, parseFlags } from "./lib/options.ts";
import { createBandwidthMeter, createPeakMeter } from "./lib/peak.ts";
import { createPrinter } from "./lib/print.ts";
import { median, rounded } from "./lib/statistics.ts";

/** Tokens × inFeatures × outFeatures. */
const LINEAR_SHAPES = [
  "512x512x512",
  "1024x256x1024",
  "2048x384x1536",
  "256x768x3072",
  "2048x64x64",
  "2048x128x128",
] as const;
const UNSTRUCTURED = { kind: "unstructured" } as const;
const WEIGHTS: readonly Weight[] = [
  ...[0, 0.5, 0.75, 0.875, 0.9375].map((sparsity) => ({ sparsity, pattern: UNSTRUCTURED })),
  ...(
    [
      [2, 4],
      [4, 8],
      [1, 4],
      [2, 8],
      [1, 8],
    ] as const
  ).map(([n, m]) => ({ sparsity: 1 - n / m, pattern: { kind: "nm", n, m } as const })),
];
/** Phases of the tape that measures what it costs that one waits for another. */
const MEETINGS = 2000;
const PASSES: readonly Pass[] = ["forward", "inputGradient", "weightGradient"];

const flags = parseFlags("npm run bench --", {
  kernel: {
    type: "string",
    help: "names of the registry; linear: the three products of a layer together; phase: what the threads take for one with nothing to do",
  },
  shape: { type: "string", help: `linear shapes: ${LINEAR_SHAPES.join(", ")}` },
  variant: { type: "string", help: "strict, relaxed" },
  threads: { type: "string", help: "any numbers; 1 by default" },
  turbo: { type: "boolean", help: "let Node ≥ 24 fuse vector instructions (experimental)" },
  repeats: { type: "string", help: "rounds, 9 by default" },
  json: { type: "boolean", help: "JSON lines on stdout" },
});
const names = listOf("kernel", flags.kernel, ["linear", "phase", ...Object.keys(kernels)]);
const shapes = listOf("shape", flags.shape, LINEAR_SHAPES);
const variants = listOf("variant", flags.variant, ["strict", "relaxed"] as Variant[]).filter(isVariantSupported);
const threadCounts = countsOf("threads", flags.threads, [1]);
const repeats = countOf("repeats", flags.repeats, 9);
const isTurbo = flags.turbo === true;
if (isTurbo) enableTurbo();

const print = createPrinter(flags.json === true);
print({ type: "machine", ...machineLine(), turbo: isTurbo });
const measureBandwidth = await createBandwidthMeter();
print({ type: "peak", what: "memory", gigabytesPerSecond: rounded(median(rounds(measureBandwidth))) });
for (const variant of variants) await benchVariant(variant);

async function benchVariant(variant: Variant): Promise<void> {
  const measurePeak = await createPeakMeter(variant);
  print({ type: "peak", what: "multiply-add", variant, gflops: rounded(median(rounds(measurePeak))) });
  for (const threads of threadCounts) {
    const context = { variant, threads, createEngine, measurePeak };
    if (names.some((name) => name === "linear" || isLinearKernel(name)))
      for (const shape of shapes) await benchLinear(parseShape(shape), context);
    if (names.includes("phase") && threads > 1) await benchPhase(context);
    for (const benchCase of BENCH_CASES) if (names.includes(benchCase.kernel)) await benchOther(benchCase, context);
  }
}

interface Context extends WorkbenchOptions {
  readonly measurePeak: () => number;
}

function isLinearKernel(name: string): boolean {
  return /pack|gemm|spmm|sddmm|f32_gather/.test(name);
}

function parseShape(text: string): LinearShape {
  const [tokens, inFeatures, outFeatures] = text.split("x").map(Number) as [number, number, number];
  return { tokens, inFeatures, outFeatures };
}

interface Round {
  readonly peak: number;
  /** Of each call. */
  readonly ms: readonly number[];
}

async function benchLinear(shape: LinearShape, context: Context): Promise<void> {
  const { bench, calls } = await linearWorkbench(shape, WEIGHTS, context);
  const results = await measure(bench, context);
  await bench.close();
  for (const weight of WEIGHTS) {
    for (const pass of PASSES) {
      for (const [i, call] of calls.entries())
        if (call.weight === weight && call.pass === pass && names.includes(call.kernel))
          print(
            linearLine({
              shape,
              context,
              results,
              weight,
              kernel: call.kernel,
              pass,
              own: [i],
              dense: counterpart(calls, call),
            }),
          );
      if (names.includes("linear"))
        print(linearLine({ shape, context, results, weight, kernel: "linear", pass, ...both(calls, weight, [pass]) }));
    }
    if (names.includes("linear"))
      print(
        linearLine({ shape, context, results, weight, kernel: "linear", pass: "all", ...both(calls, weight, PASSES) }),
      );
  }
}

/** Calls of some passes of a weight, and of the dense weight: packing and gathering included. */
function both(
  calls: readonly LinearCall[],
  weight: Weight,
  passes: readonly Pass[],
): { own: number[]; dense: number[] } {
  const of = (wanted: Weight) =>
    calls.flatMap((call, i) => (call.weight === wanted && passes.includes(call.pass) ? [i] : []));
  return { own: of(weight), dense: of(WEIGHTS[0]!) };
}

/** The dense product of the same pass, for a sparse product. */
function counterpart(calls: readonly LinearCall[], { kernel, pass }: LinearCall): number[] {
  if (!/spmm|sddmm|gemm/.test(kernel)) return [];
  return calls.flatMap((call, i) =>
    call.weight === WEIGHTS[0] && call.pass === pass && call.kernel.startsWith("f32_gemm") ? [i] : [],
  );
}

function linearLine({
  shape,
  context,
  results,
  weight,
  kernel,
  pass,
  own,
  dense,
}: {
  shape: LinearShape;
  context: Context;
  results: readonly Round[];
  weight: Weight;
  kernel: string;
  pass: Pass | "all";
  own: readonly number[];
  dense: readonly number[];
}): object {
  const time = ({ ms }: Round, of: readonly number[]) => of.reduce((sum, i) => sum + ms[i]!, 0);
  const isProduct = dense.length > 0;
  const flops = 2 * kept(shape, weight) * shape.tokens * (pass === "all" ? 3 : 1);
  const gflops = (round: Round) => flops / time(round, own) / 1e6;
  return {
    type: "bench",
    kernel,
    pass,
    shape,
    sparsity: weight.sparsity,
    pattern: weight.pattern.kind === "nm" ? `${weight.pattern.n}:${weight.pattern.m}` : "unstructured",
    variant: context.variant,
    threads: context.threads,
    ms: rounded(median(results.map((round) => time(round, own)))),
    ...(isProduct
      ? {
          gflops: rounded(median(results.map(gflops))),
          ofPeak: rounded(median(results.map((round) => gflops(round) / round.peak / context.threads))),
          vsDense: rounded(median(results.map((round) => time(round, dense) / time(round, own)))),
        }
      : {}),
  };
}

async function benchOther(benchCase: BenchCase, context: Context): Promise<void> {
  const recorder = new Recorder();
  benchCase.record(recorder);
  const bench = await createWorkbench(recorder, context);
  const results = await measure(bench, context);
  await bench.close();
  const ms = median(results.map((round) => round.ms[0]!));
  const bytes = bytesOf(recorder);
  const { flops } = benchCase;
  print({
    type: "bench",
    kernel: benchCase.kernel,
    shape: benchCase.shape,
    variant: context.variant,
    threads: context.threads,
    ms: rounded(ms),
    ...(flops === undefined
      ? { gigabytesPerSecond: rounded(bytes / ms / 1e6) }
      : {
          gflops: rounded(flops / ms / 1e6),
          ofPeak: rounded(median(results.map((round) => flops / round.ms[0]! / 1e6 / round.peak / context.threads))),
        }),
  });
}

/** Phases of one small part each: what is left is that whoever claims it waits for the one before. */
async function benchPhase(context: Context): Promise<void> {
  const recorder = new Recorder();
  const nothing = recorder.tensor("nothing", 1);
  for (let i = 0; i < MEETINGS; i++) recorder.tape.call("f32_exp", 1, { x: nothing, y: nothing });
  const bench = await createWorkbench(recorder, context);
  const run = async () => {
    const began = performance.now();
    await bench.run();
    return [(performance.now() - began) / MEETINGS];
  };
  const results = await measure({ run }, context);
  await bench.close();
  const ms = median(results.map((round) => round.ms[0]!));
  const { variant, threads } = context;
  print({ type: "bench", kernel: "phase", shape: { phases: MEETINGS }, variant, threads, ms: rounded(ms) });
}

/** Bytes that a case's call reads and writes. */
function bytesOf({ tape }: Recorder): number {
  const call = tape.calls[0]!;
  return Object.values(kernels[call.kernel].args).reduce((sum, spec, i) => {
    const arg = call.args[i]!;
    const { isRead, isWritten } = describeArg(spec);
    return isTensor(arg) ? sum + byteLength(arg) * (Number(isRead) + Number(isWritten)) : sum;
  }, 0);
}

/** Rounds with the machine's peak measured in each, after enough calls for the engine to have compiled for speed. */
async function measure(bench: { run(): Promise<number[]> }, { measurePeak }: Context): Promise<Round[]> {
  const deadline = performance.now() + 200;
  do await bench.run();
  while (performance.now() < deadline);
  const results: Round[] = [];
  for (let i = 0; i < repeats; i++) {
    const peak = measurePeak();
    await bench.run();
    results.push({ peak, ms: await bench.run() });
  }
  return results;
}

function rounds(measureOnce: () => number): number[] {
  return Array.from({ length: repeats }, measureOnce);
}
