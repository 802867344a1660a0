/** What a run takes and needs of memory: all of it planned, none of it grown. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseRunConfig, type RunConfig, type RunConfigInput } from "../../src/config/run-config.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createInlineEngine } from "../../src/engine/inline.ts";
import { createMemory, PAGE_BYTES } from "../../src/kernels/abi.ts";
import { align } from "../../src/memory/arena.ts";
import { byteLength } from "../../src/memory/tensor.ts";
import type { DataSource } from "../../src/sources/source.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { tapeBytes } from "../../src/tape/encoding.ts";
import { placeTransients, resolveTape } from "../../src/tape/place.ts";
import { type Tape, tensorsOf } from "../../src/tape/tape.ts";
import { train } from "../../src/train/node.ts";
import { type Program, planProgram } from "../../src/train/program.ts";
import { Session } from "../../src/train/session.ts";
import { recordEvaluation, recordStep } from "../../src/train/step.ts";
import { trainModel } from "../../src/train/trainer.ts";
import { syntheticSource } from "../sources.ts";
import { tinyDecoder, tinyVit } from "./fixtures.ts";

function prepare(input: RunConfigInput, threads = 1): { config: RunConfig; data: DataSource; program: Program } {
  const config = parseRunConfig(input);
  const data = syntheticSource(config.data);
  const switchDensity = Number(config.sparsity.switchDensity);
  return { config, data, program: planProgram(config, data, { threads, switchDensity }) };
}

/** A session of the planned program on this thread, no step done yet. */
async function openSession(input: RunConfigInput): Promise<Session> {
  const { program } = prepare(input);
  const engine = await createInlineEngine({ memory: createMemory(program.arena.bytes), variant: "strict" });
  return Session.open(program, engine);
}

/** The bytes of every line of the plan, in whole pages. */
function plannedBytes({ arena }: Program): number {
  const bytes = arena.plan.reduce((sum, group) => sum + group.bytes, 0);
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

const runs: Record<string, RunConfigInput> = {
  "dense decoder": tinyDecoder(),
  "sparse decoder, CSR": tinyDecoder({}, { final: 0.875 }),
  "sparse decoder, masked dense": tinyDecoder({}, { final: 0.875, switchDensity: 0 }),
  "sparse decoder, Adafactor": tinyDecoder({ optimizer: { kind: "adafactor" } }, { final: 0.875 }),
  "sparse vit": tinyVit({}, { final: 0.875 }),
};

describe.each(Object.entries(runs))("the memory of a run: %s", (_, input) => {
  test.each([
    1, 3,
  ])("is one, as large as its plan before the first step and after the last, on %i threads", async (threads) => {
    const { config, data, program } = prepare(input, threads);
    const planned = plannedBytes(program);
    const memories: WebAssembly.Memory[] = [];
    const created = vi.spyOn(WebAssembly, "Memory");
    onTestFinished(() => created.mockRestore());
    const result = await trainModel({
      config,
      data,
      threads,
      store: createMemoryStore("run"),
      measuredSwitchDensity: () => Promise.reject(new Error("the configuration has a switch density")),
      createEngine(options) {
        expect(options.memory.buffer.byteLength).toBe(planned);
        memories.push(options.memory);
        return createEngine({ ...options, aloneWork: 0 });
      },
    });
    expect(created).toHaveBeenCalledTimes(1);
    expect(result).toMatchObject({ status: "completed", memoryBytes: planned });
    expect(memories[0]!.buffer.byteLength).toBe(planned);
    expect(() => memories[0]!.grow(1)).toThrow(RangeError);
  });

  test("holds the tapes, scratch and activations of every mask update", async () => {
    const session = await openSession(input);
    const { program } = session;
    const { areas, arena, model, batch, optimizer, config, pruning } = program;
    const tapeRoom = Math.min(areas.evaluateTape - areas.trainTape, areas.scratch - areas.evaluateTape);
    const check = (label: string, tape: Tape) => {
      const placement = placeTransients(tape);
      expect(tapeBytes(resolveTape(tape, placement, areas), 1), label).toBeLessThanOrEqual(tapeRoom);
      expect(placement.scratchBytes, label).toBeLessThanOrEqual(areas.scratchStride);
      expect(placement.bytes, label).toBeLessThanOrEqual(arena.bytes - areas.transients);
    };
    for (let index = -1; index < pruning.updates.length; index++) {
      if (index >= 0) session.applyUpdate(index);
      check(`training after update ${index}`, recordStep(model, batch, optimizer, config.training));
      check(`evaluation after update ${index}`, recordEvaluation(model, batch));
    }
    expect(session.nonzeroParams).toBe(Math.round(session.denseParams * (1 - config.sparsity.final)));
  });
});

/** Wide enough that row pointers are not what a sparse weight is made of. */
function widerDecoder(training: Parameters<typeof tinyDecoder>[0], final: number): RunConfigInput {
  const { model, ...rest } = tinyDecoder({ steps: 8, ...training }, { final, switchDensity: 0.8 });
  return { ...rest, model: { ...model, dModel: 64 } as RunConfigInput["model"] };
}

/** Bytes of all parameters' arrays, told apart by their addresses, that one training step reads or writes. */
function bytesOfStep({ model, batch, optimizer, config }: Program): number {
  const isOfParameter = (name: string) => model.parameters.some((parameter) => name.startsWith(`${parameter.name}.`));
  const arrays = new Map<number, number>();
  for (const call of recordStep(model, batch, optimizer, config.training).calls)
    for (const { tensor } of tensorsOf(call))
      if (tensor.address !== undefined && isOfParameter(tensor.name))
        arrays.set(tensor.address, align(byteLength(tensor)));
  return [...arrays.values()].reduce((sum, bytes) => sum + bytes, 0);
}

const optimizers = ["adamw", "adafactor", "sgd"] as const;

describe.each(optimizers)("parameters, gradients and optimizer state under %s", (kind) => {
  test("at S = .875 need less than half of the dense run's bytes", async () => {
    const bytesAt = async (final: number) => (await train(widerDecoder({ optimizer: { kind } }, final))).parameterBytes;
    const [dense, sparse] = [await bytesAt(0), await bytesAt(0.875)];
    expect(sparse).toBeGreaterThan(0.125 * dense);
    expect(sparse).toBeLessThan(0.5 * dense);
  });

  test("need at every update the bytes of the arrays that a step reads and writes", async () => {
    const session = await openSession(widerDecoder({ optimizer: { kind }, steps: 24 }, 0.875));
    const { model, pruning } = session.program;
    const usedBytes = () => model.parameters.reduce((sum, parameter) => sum + parameter.usedBytes, 0);
    const seen = [usedBytes()];
    expect(seen[0]).toBe(bytesOfStep(session.program));
    for (const index of pruning.updates.keys()) {
      session.applyUpdate(index);
      expect(usedBytes(), `after update ${index}`).toBe(bytesOfStep(session.program));
      seen.push(usedBytes());
    }
    expect(seen.at(-1)).toBeLessThan(Math.min(...seen.slice(0, -1)));
  });
});
