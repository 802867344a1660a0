/** A memory with recorded kernel calls that can be run and timed call by call, on any number of threads. */
import type { Variant } from "../core/record.ts";
import { RandomStream } from "../core/rng.ts";
import { type Engine, type EngineOptions, timingsBytes, timingsOf } from "../engine/protocol.ts";
import { createMemory, instantiateKernels, type KernelInstance } from "../kernels/abi.ts";
import type { ElementType } from "../kernels/registry.ts";
import { compileKernels } from "../kernels/variant.ts";
import { Arena } from "../memory/arena.ts";
import { addressOf, type Tensor } from "../memory/tensor.ts";
import { encodeTape, tapeBytes } from "../tape/encoding.ts";
import { placeTransients, resolveTape } from "../tape/place.ts";
import { inOrder } from "../tape/schedule.ts";
import { Tape } from "../tape/tape.ts";

export interface Filled {
  readonly tensor: Tensor;
  readonly fill: (i: number, stream: RandomStream) => number;
}

/** What a recorder is given: where to put calls, and where to get tensors with content. */
export class Recorder {
  readonly tape = new Tape();
  readonly arena = new Arena();
  readonly filled: Filled[] = [];

  /** A tensor of the whole bench; uniform in [−½, ½) where `fill` is left out. */
  tensor(
    name: string,
    length: number,
    elementType: ElementType = "f32",
    fill: Filled["fill"] = (_, s) => s.uniform() - 0.5,
  ): Tensor {
    const tensor = this.arena.persistent("bench", name, elementType, length);
    this.filled.push({ tensor, fill });
    return tensor;
  }
}

export interface Workbench {
  /** Runs the tape once, call by call; milliseconds of each, on the thread that spent most in it. */
  run(): Promise<number[]>;
  close(): Promise<void>;
}

/** What may happen to the memory before the first run, e.g. pruning. */
export type Prepare = (kernels: KernelInstance, memory: WebAssembly.Memory, stagingBase: number) => void;

export interface WorkbenchOptions {
  readonly variant: Variant;
  readonly threads: number;
  readonly createEngine: (options: EngineOptions & { readonly threads: number }) => Promise<Engine>;
}

/** @param options.prepare is run once on the filled memory; `stagingBytes` of room are its own then */
export async function createWorkbench(
  { tape, arena, filled }: Recorder,
  options: WorkbenchOptions & { readonly prepare?: { readonly run: Prepare; readonly stagingBytes: number } },
): Promise<Workbench> {
  const { variant, threads, createEngine, prepare } = options;
  const placement = placeTransients(tape, inOrder(tape.calls));
  const area = {
    transients: arena.reserve("transients", Math.max(placement.bytes, prepare?.stagingBytes ?? 0)),
    scratch: arena.reserve("scratch", placement.scratchBytes * threads),
    scratchStride: placement.scratchBytes,
  };
  const calls = tape.calls.length;
  const timings = { address: arena.reserve("timings", timingsBytes(threads, calls)), calls };
  // Pruning moves tensors within their parameter's slab, but neither changes the number of calls nor of arguments.
  const tapeAddress = arena.reserve("tape", tapeBytes(resolveTape(tape, placement, area), threads));
  const memory = createMemory(arena.bytes);
  for (const { tensor, fill } of filled) fillTensor(memory, tensor, fill);
  prepare?.run(instantiateKernels(await compileKernels(variant), memory), memory, area.transients);
  encodeTape(memory, tapeAddress, resolveTape(tape, placement, area), { threads, version: 1 });
  const engine = await createEngine({ memory, variant, threads, timings, aloneWork: 0 });
  const times = range(threads).map((thread) => timingsOf(memory, timings, thread));
  return {
    async run() {
      await engine.run(tapeAddress);
      return range(calls).map((call) => Math.max(...times.map((ofThread) => ofThread[call]!)));
    },
    close: () => engine.close(),
  };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function fillTensor(memory: WebAssembly.Memory, tensor: Tensor, fill: Filled["fill"]): void {
  const View = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array }[tensor.elementType];
  const values = new View(memory.buffer, addressOf(tensor), tensor.length);
  const stream = new RandomStream(0, `bench ${tensor.name}`);
  for (let i = 0; i < values.length; i++) values[i] = fill(i, stream);
}
