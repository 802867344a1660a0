/**
 * Whether V8's revectorizer leaves every bit of the kernels as it is: each is run on small shapes by code that was compiled without
 * it and by code that was compiled with it. Node only.
 */
import { parseRunConfig, type RunConfig } from "../config/run-config.ts";
import type { Variant } from "../core/record.ts";
import { RandomStream } from "../core/rng.ts";
import { createInlineEngine } from "../engine/inline.ts";
import type { Engine, EngineOptions } from "../engine/protocol.ts";
import { families } from "../families/index.ts";
import { powerFormOf, sparseLaw } from "../fit/laws/index.ts";
import { openPowerKernel } from "../fit/solve/index.ts";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../kernels/abi.ts";
import type { KernelName } from "../kernels/registry.ts";
import { compilePlain, compileWithTurbo } from "../kernels/turbo.ts";
import { Arena } from "../memory/arena.ts";
import { type Format, Parameter, type ParameterSpec } from "../memory/parameter.ts";
import { optimizers } from "../optimizers/index.ts";
import { sources } from "../sources/index.ts";
import type { DataSource } from "../sources/source.ts";
import { changeMask } from "../sparsity/changes/index.ts";
import type { PatternChoice } from "../sparsity/patterns/pattern.ts";
import { magnitude } from "../sparsity/scores/magnitude.ts";
import { stagingFor } from "../sparsity/staging.ts";
import { initialiseParameters } from "../train/initialise.ts";
import { planProgram } from "../train/program.ts";
import { Session } from "../train/session.ts";

/** Something that runs kernels of a module. */
interface Sample {
  readonly name: string;
  /** Runs them, and returns what runs those of another module on the same numbers: whether they leave the same bytes. */
  run(module: WebAssembly.Module): Promise<(other: WebAssembly.Module) => Promise<boolean>>;
}

/**
 * The first sample whose bytes differ with and without the revectorizer; undefined where none does. About a tenth of a second.
 */
export async function differenceByTurbo(variant: Variant): Promise<string | undefined> {
  const plain = compilePlain(variant, 1);
  const compiled = compileWithTurbo(variant, 2);
  const comparisons: [name: string, isSame: (other: WebAssembly.Module) => Promise<boolean>][] = [];
  for (const sample of samples(variant)) comparisons.push([sample.name, await sample.run(plain)]);
  const turbo = await compiled;
  for (const [name, isSame] of comparisons) if (!(await isSame(turbo))) return name;
  return undefined;
}

export function samples(variant: Variant): Sample[] {
  const models = families.all.flatMap(({ reads, samples = [] }) => samples.map((sample) => ({ ...sample, reads })));
  const runs = models.map(({ model, data, reads }, i) => {
    const source = sources.all.find(({ yields, isSynthetic }) => isSynthetic && yields === reads)!;
    const optimizer = optimizers.all[i % optimizers.all.length]!;
    return trainingSample(configOf(model, { kind: source.name, ...data }, optimizer.name, variant));
  });
  return [...runs, maskSample, elementwiseSample, fitSample];
}

/** Between the densities of a sample's blocks, which become CSR, and of its edges, which stay dense and masked. */
const SWITCH_DENSITY = 0.55;

function configOf(model: object, data: object, optimizer: string, variant: Variant): RunConfig {
  return parseRunConfig({
    model,
    data,
    training: {
      steps: 2,
      batchSize: 2,
      optimizer: { kind: optimizer },
      learningRate: { kind: "constant", peak: 0.01 },
      clipNorm: 0.1,
      clipElement: 0.5,
      zLoss: 0.01,
      evalExamples: 2,
    },
    sparsity: { final: 0.5, start: 0, end: 0.5, interval: 1 },
    variant,
  });
}

/** Training steps and an evaluation, tape by tape; between two tapes masks change, by kernels of the first module alone. */
function trainingSample(config: RunConfig): Sample {
  return {
    name: `training of a ${config.model.family} with ${config.training.optimizer.kind}`,
    async run(module) {
      const data = (await sources.get(config.data.kind).load(config.data, noFiles)) as DataSource;
      const program = planProgram(config, data, { threads: 1, switchDensity: SWITCH_DENSITY });
      const memory = createMemory(program.arena.bytes);
      const engine = await openRecorder({ memory, variant: config.variant, module });
      const session = await Session.open(program, engine, module);
      await session.trainStep(0);
      await session.changeMasks(0);
      await session.trainStep(1);
      await session.evaluate();
      return async (other) => {
        const bytes = new Uint8Array(memory.buffer);
        const { run } = await createInlineEngine({ memory, variant: config.variant, module: other });
        for (const { tapeAddress, before, after } of engine.runs) {
          bytes.set(before);
          await run(tapeAddress);
          if (!areEqual(bytes, after)) return false;
        }
        return true;
      };
    },
  };
}

/** A tape's run, and the whole memory on both sides of it. */
interface RecordedRun {
  readonly tapeAddress: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

async function openRecorder(options: EngineOptions): Promise<Engine & { readonly runs: readonly RecordedRun[] }> {
  const engine = await createInlineEngine(options);
  const bytes = new Uint8Array(engine.memory.buffer);
  const runs: RecordedRun[] = [];
  return {
    ...engine,
    runs,
    async run(tapeAddress) {
      const before = bytes.slice();
      await engine.run(tapeAddress);
      runs.push({ tapeAddress, before, after: bytes.slice() });
    },
  };
}

/** A sample that writes its numbers into a memory of its own. */
function sampleOf(name: string, leave: (module: WebAssembly.Module) => Promise<Uint8Array>): Sample {
  return {
    name,
    async run(module) {
      const bytes = await leave(module);
      return async (other) => areEqual(bytes, await leave(other));
    },
  };
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

const refuse = () => Promise.reject(new Error("a synthetic source needs no files"));
const noFiles = { read: refuse, readPackage: refuse };

/** A weight through masks and formats: n:m dense, unstructured as CSR, fewer of it, spread out again. */
const maskSample = sampleOf("changes of masks", async (module) => {
  const arena = new Arena();
  const spec: ParameterSpec = {
    name: "weight",
    rows: 23,
    cols: 40,
    role: "block",
    isLinear: true,
    hasWeightDecay: false,
    initialDeviation: 1,
    initialMean: 0,
  };
  const size = spec.rows * spec.cols;
  const parameter = new Parameter(arena, spec, { planes: ["value", "grad"], isPruned: true, csrCapacity: size / 2 });
  const stagingBase = arena.reserve("staging", stagingFor(parameter, 0).bytes);
  const memory = createMemory(arena.bytes);
  const pruner = { kernels: instantiateKernels(module, memory), memory, stagingBase };
  initialiseParameters([parameter], 0, memory);
  const change = (kept: number, pattern: PatternChoice, format: Format) =>
    changeMask(pruner, parameter, { kind: "prune", kept, pattern, score: magnitude, format }, MOMENT);
  change(size / 2, { kind: "nm", n: 2, m: 4 }, "dense");
  change(size / 4, { kind: "unstructured" }, "csr");
  change(size / 5, { kind: "unstructured" }, "csr");
  changeMask(pruner, parameter, { kind: "reformat", format: "dense" }, MOMENT);
  return new Uint8Array(memory.buffer);
});

const MOMENT = { seed: 0, step: 0, denseGradient: undefined };

const ELEMENTS = 301;

/** Kernels of flat arrays that no model uses. */
export const ELEMENTWISE = [
  "f32_exp",
  "f32_exp2",
  "f32_tanh",
  "f32_log",
  "f64_exp",
  "f64_log",
] as const satisfies KernelName[];

const elementwiseSample = sampleOf("elementary functions", async (module) => {
  const memory = createMemory(SYSTEM_BYTES + 2 * ELEMENTWISE.length * 8 * ELEMENTS);
  const instance = instantiateKernels(module, memory);
  for (const [i, kernel] of ELEMENTWISE.entries()) {
    const x = SYSTEM_BYTES + 2 * i * 8 * ELEMENTS;
    const View = kernel.startsWith("f64") ? Float64Array : Float32Array;
    const stream = new RandomStream(0, kernel);
    const values = new View(memory.buffer, x, ELEMENTS);
    for (let at = 0; at < ELEMENTS; at++) values[at] = 4 * stream.uniform() + 1e-3;
    instance[kernel](0, ELEMENTS, x, x + 8 * ELEMENTS);
  }
  return new Uint8Array(memory.buffer);
});

const FIT_ROWS = 7;

const fitSample = sampleOf("objective of the sparse law", async (module) => {
  const form = powerFormOf(sparseLaw)!;
  const columns = ["one", "logDensity", "logParams", "logData"] as const;
  const coordinates = sparseLaw.coordinates.length;
  const shape = { form, columns, coordinates, rows: FIT_ROWS, isLog: true, delta: 0.1, module };
  const kernel = await openPowerKernel(shape);
  const stream = new RandomStream(0, "fit");
  for (const array of [kernel.table, kernel.point]) for (let i = 0; i < array.length; i++) array[i] = stream.uniform();
  kernel.runOver(Math.ceil(FIT_ROWS / 2))();
  return new Uint8Array(new Float64Array([...kernel.value, ...kernel.gradient]).buffer);
});
