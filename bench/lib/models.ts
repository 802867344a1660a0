/** The two reference models of docs/performance.md, ready to step at any sparsity, on any number of threads. */
import { parseRunConfig, type RunConfigInput } from "../../src/config/run-config.ts";
import type { Variant } from "../../src/core/record.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { timingsBytes, timingsOf } from "../../src/engine/protocol.ts";
import { createMemory } from "../../src/kernels/abi.ts";
import type { KernelName } from "../../src/kernels/registry.ts";
import { sourceOf } from "../../src/sources/index.ts";
import type { DataSource, SourceChoice } from "../../src/sources/source.ts";
import { schedule } from "../../src/tape/schedule.ts";
import { planProgram } from "../../src/train/program.ts";
import { Session } from "../../src/train/session.ts";
import { recordStep } from "../../src/train/step.ts";
import { createSlowedEngine } from "./slowed.ts";

/** Small enough that the loss falls from the first step on, without a warm-up. */
export const LEARNING_RATE = 1e-4;

/** Pre-norm LayerNorm, GELU, biases and learned positions are the defaults. */
export const REFERENCE_MODELS = {
  decoder: {
    model: { family: "decoder", dModel: 256, numLayers: 4, numHeads: 4, dFf: 1024, seqLen: 128 },
    data: { kind: "synthetic-text", vocabSize: 256 },
    batchSize: 16,
    /** What one step works through, and how it is counted. */
    items: 2048,
    unit: "tokens",
  },
  vit: {
    model: { family: "vit", dModel: 192, numLayers: 6, numHeads: 3, dFf: 768, patchSize: 4, pooling: "mean" },
    data: { kind: "synthetic-images", imageSize: 32, channels: 3, numClasses: 10 },
    batchSize: 32,
    items: 32,
    unit: "images",
  },
} as const;

/** A model of the size that laptops sweep over: steps of milliseconds, in which waiting shows. */
const small = {
  model: { family: "decoder", dModel: 64, numLayers: 2, numHeads: 4, seqLen: 64 },
  data: { kind: "synthetic-text", vocabSize: 256 },
  batchSize: 8,
  items: 512,
  unit: "tokens",
} as const;

export const BENCH_MODELS = { ...REFERENCE_MODELS, small } as const;
export type BenchModel = keyof typeof BENCH_MODELS;

export interface StepOptions {
  readonly sparsity: number;
  readonly threads: number;
  readonly variant: Variant;
  /** n:m with n/m = 1 − sparsity in place of an unstructured mask. */
  readonly pattern?: { readonly n: number; readonly m: number } | undefined;
  /** Of each thread: how many times as long it takes for every call. */
  readonly slowness?: readonly number[] | undefined;
}

/** A call of the training tape with the milliseconds that each thread spent in it. */
export interface CallTime {
  readonly kernel: KernelName;
  readonly busy: readonly number[];
}

export interface ReferenceStep {
  readonly model: BenchModel;
  readonly options: StepOptions;
  /** Bytes of the wasm memory. */
  readonly memoryBytes: number;
  /** Values of all weights, pruned ones included. */
  readonly parameters: number;
  /** Trains one more step; milliseconds of the whole, batch included. */
  step(): Promise<{ ms: number; loss: number }>;
  /** The calls of the last step. */
  calls(): CallTime[];
  close(): Promise<void>;
}

/** The state after the sparsity ramp: every pruned weight at its final density, as CSR where it is sparse at all. */
export async function openReference(name: BenchModel, options: StepOptions): Promise<ReferenceStep> {
  const { sparsity, threads, variant } = options;
  const config = parseRunConfig(inputOf(name, options));
  const data = oneBatch(syntheticSource(config.data), config.training.batchSize);
  const program = planProgram(config, data, { threads, switchDensity: 1 });
  const maxCalls = 4 * recordStep(program.model, program.batch, program.optimizer, config.training).calls.length;
  const timings = { address: program.arena.reserve("timings", timingsBytes(threads, maxCalls)), calls: maxCalls };
  const memory = createMemory(program.arena.bytes);
  const engineOptions = { memory, variant, threads, timings };
  const { slowness } = options;
  const engine = await (slowness === undefined
    ? createEngine(engineOptions)
    : createSlowedEngine({ ...engineOptions, slowness }));
  const session = await Session.open(program, engine);
  if (sparsity > 0) session.applyUpdate(0);
  const recorded = recordStep(program.model, program.batch, program.optimizer, config.training).calls;
  const calls = schedule(recorded)
    .flat(2)
    .map((index) => recorded[index]!);
  let step = 0;
  return {
    model: name,
    options,
    memoryBytes: memory.buffer.byteLength,
    parameters: program.model.parameters.reduce((sum, { size }) => sum + size, 0),
    async step() {
      const began = performance.now();
      const { loss } = await session.trainStep(step++);
      return { ms: performance.now() - began, loss };
    },
    calls() {
      const times = Array.from({ length: threads }, (_, thread) => timingsOf(memory, timings, thread));
      return calls.map(({ kernel }, i) => ({ kernel, busy: times.map((ofThread) => ofThread[i]!) }));
    },
    close: () => engine.close(),
  };
}

function syntheticSource(data: SourceChoice): DataSource {
  const refuse = () => Promise.reject(new Error("a reference model needs no files"));
  return sourceOf(data).load(data, { read: refuse, readPackage: refuse }) as DataSource;
}

/** The first examples of a source, generated once: a step shall not be charged for making them up, and the loss must fall. */
function oneBatch(source: DataSource, batchSize: number): DataSource {
  if (source.kind === "tokens") {
    const windows = new Map<number, Int32Array>();
    return {
      ...source,
      train: {
        numTokens: source.train.numTokens,
        numWindows: () => batchSize,
        readWindow(index, seqLen, into, offset) {
          if (!windows.has(index)) {
            windows.set(index, new Int32Array(seqLen + 1));
            source.train.readWindow(index, seqLen, windows.get(index)!, 0);
          }
          into.set(windows.get(index)!, offset);
        },
      },
    };
  }
  const images = Array.from({ length: batchSize }, (_, index) => {
    const pixels = new Float32Array(source.channels * source.height * source.width);
    return { pixels, label: source.train.readImage(index, 0, pixels, 0) };
  });
  return {
    ...source,
    train: {
      size: batchSize,
      readImage(index, _augmentKey, into, offset) {
        into.set(images[index]!.pixels, offset);
        return images[index]!.label;
      },
    },
  };
}

function inputOf(name: BenchModel, { sparsity, variant, pattern }: StepOptions): RunConfigInput {
  const { model, data, batchSize } = BENCH_MODELS[name];
  return {
    model,
    data,
    training: { steps: 1_000_000, batchSize, learningRate: { kind: "constant", peak: LEARNING_RATE } },
    sparsity: {
      final: sparsity,
      start: 0,
      end: 0,
      ...(pattern === undefined ? {} : { pattern: { kind: "nm", ...pattern } }),
    },
    variant,
  } as RunConfigInput;
}
