/**
 * Whether V8's revectorizer leaves every bit of the kernels as it is: each is run on small shapes by code that was compiled without
 * it, then by code that was compiled with it. Node only.
 */
import { parseRunConfig, type RunConfig } from "../config/run-config.ts";
import type { Variant } from "../core/record.ts";
import { RandomStream } from "../core/rng.ts";
import { createInlineEngine } from "../engine/inline.ts";
import { families } from "../families/index.ts";
import { powerFormOf, sparseLaw } from "../fit/laws/index.ts";
import { openPowerKernel } from "../fit/solve/index.ts";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../kernels/abi.ts";
import type { KernelName } from "../kernels/registry.ts";
import { compilePlain, compileWithTurbo } from "../kernels/turbo.ts";
import { optimizers } from "../optimizers/index.ts";
import { sources } from "../sources/index.ts";
import type { DataSource } from "../sources/source.ts";
import { planProgram } from "../train/program.ts";
import { Session } from "../train/session.ts";

/** Something that runs kernels of a module and returns every byte that they left. */
interface Sample {
  readonly name: string;
  run(module: WebAssembly.Module): Promise<Uint8Array>;
}

/**
 * The first sample whose bytes differ with and without the revectorizer; undefined where none does. About a tenth of a second.
 */
export async function differenceByTurbo(variant: Variant): Promise<string | undefined> {
  const plain = compilePlain(variant, 1);
  const all = samples(variant);
  const expected: Uint8Array[] = [];
  // All of them before the flag is set for the first time: what V8 compiles again afterwards would have it, too.
  for (const sample of all) expected.push(await sample.run(plain));
  const turbo = compileWithTurbo(variant, 2);
  for (const [i, sample] of all.entries()) if (!areEqual(await sample.run(turbo), expected[i]!)) return sample.name;
  return undefined;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

export function samples(variant: Variant): Sample[] {
  const models = families.all.flatMap((family) => (family.samples ?? []).map((model) => ({ family, model })));
  const runs = models.map(({ family, model }, i) => {
    const source = sources.all.find(({ yields, isSynthetic }) => isSynthetic && yields === family.reads)!;
    return trainingSample(configOf(model, source.name, i, variant));
  });
  return [...runs, elementwiseSample, fitSample];
}

const STEPS = 4;

/** Masked at first, then compressed, by each optimizer in turn; every other one by a 2:4 pattern. */
function configOf(model: object, source: string, i: number, variant: Variant): RunConfig {
  const optimizer = optimizers.all[i % optimizers.all.length]!.name;
  return parseRunConfig({
    model,
    data: { kind: source },
    training: {
      steps: STEPS,
      batchSize: 3,
      optimizer: { kind: optimizer },
      learningRate: { kind: "constant", peak: 0.01 },
      clipNorm: 0.1,
      clipElement: 0.5,
      zLoss: 0.01,
      evalExamples: 2,
    },
    sparsity: {
      final: 0.5,
      start: 0,
      end: 0.75,
      interval: 1,
      switchDensity: 0.6,
      ...(i % 2 === 0 ? {} : { pattern: { kind: "nm", n: 2, m: 4 } }),
    },
    variant,
  });
}

/** A whole run: steps, mask updates and an evaluation. */
function trainingSample(config: RunConfig): Sample {
  return {
    name: `training of a ${config.model.family} with ${config.training.optimizer.kind}`,
    async run(module) {
      const data = (await sources.get(config.data.kind).load(config.data, noFiles)) as DataSource;
      const program = planProgram(config, data, { threads: 1, switchDensity: 0.6 });
      const memory = createMemory(program.arena.bytes);
      const engine = await createInlineEngine({ memory, variant: config.variant, module });
      const session = await Session.open(program, engine, module);
      for (let step = 0; step < STEPS; step++) {
        const update = session.updateBefore(step);
        if (update !== undefined) await session.changeMasks(update);
        await session.trainStep(step);
      }
      await session.evaluate();
      return new Uint8Array(memory.buffer);
    },
  };
}

const refuse = () => Promise.reject(new Error("a synthetic source needs no files"));
const noFiles = { read: refuse, readPackage: refuse };

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

const elementwiseSample: Sample = {
  name: "elementary functions",
  async run(module) {
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
  },
};

const FIT_ROWS = 7;

const fitSample: Sample = {
  name: "the objective of the sparse law",
  async run(module) {
    const form = powerFormOf(sparseLaw)!;
    const columns = ["one", "logDensity", "logParams", "logData"] as const;
    const coordinates = sparseLaw.coordinates.length;
    const shape = { form, columns, coordinates, rows: FIT_ROWS, isLog: true, delta: 0.1, module };
    const kernel = await openPowerKernel(shape);
    const stream = new RandomStream(0, "fit");
    for (const array of [kernel.table, kernel.point])
      for (let i = 0; i < array.length; i++) array[i] = stream.uniform();
    kernel.runOver(Math.ceil(FIT_ROWS / 2))();
    return new Uint8Array(new Float64Array([...kernel.value, ...kernel.gradient]).buffer);
  },
};
