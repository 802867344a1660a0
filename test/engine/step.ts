/** A training step in miniature, laid out and encoded: what the engine tests run. */
import { controlWord, type TimingsArea, timingsBytes } from "../../src/engine/protocol.ts";
import { createMemory, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { GEMM_DW_SCRATCH, gemmDwExtent, PARTIAL_CHUNK, TILE, TOPK_SCRATCH } from "../../src/kernels/registry.ts";
import { Arena } from "../../src/memory/arena.ts";
import { addressOf, type Tensor } from "../../src/memory/tensor.ts";
import { encodeTape, tapeBytes } from "../../src/tape/encoding.ts";
import { placeTransients, resolveTape } from "../../src/tape/place.ts";
import { scratch, Tape } from "../../src/tape/tape.ts";
import { noise } from "../kernels/contract.ts";

export interface LaidOut {
  readonly memory: WebAssembly.Memory;
  readonly tapeAddress: number;
  /** Every tensor that is not transient. */
  readonly tensors: Uint8Array;
  readonly timings: TimingsArea;
}

/** Places `record`'s tape in a memory of its own, fills in the tensors that it returns, and encodes the tape. */
export function layOut(threads: number, record: Recorder, repeat = 1): LaidOut {
  const arena = new Arena();
  const tape = new Tape();
  const inputs = record(tape, (name, length, type = "f32") => arena.persistent("tensors", name, type, length));
  const placement = placeTransients(tape);
  const area = {
    transients: arena.reserve("transients", placement.bytes),
    scratch: arena.reserve("scratch", placement.scratchBytes * threads),
    scratchStride: placement.scratchBytes,
  };
  const phases = Array.from({ length: repeat }, () => resolveTape(tape, placement, area)).flat();
  const tapeAddress = arena.reserve("tape", tapeBytes(phases, threads));
  const calls = phases.flat(2).length;
  const timings = { address: arena.reserve("timings", timingsBytes(threads, calls)), calls };
  const memory = createMemory(arena.bytes);
  for (const [tensor, values] of inputs) new Float32Array(memory.buffer, addressOf(tensor), tensor.length).set(values);
  encodeTape(memory, tapeAddress, phases, { threads, version: 1 });
  const tensors = new Uint8Array(memory.buffer, SYSTEM_BYTES, area.transients - SYSTEM_BYTES);
  return { memory, tapeAddress, tensors, timings };
}

/** Records calls on tensors of its own and returns the first contents of those that must not be 0. */
type Recorder = (tape: Tape, tensor: NewTensor) => Map<Tensor, Float32Array>;
type NewTensor = (name: string, length: number, type?: Tensor["elementType"]) => Tensor;

/** Products, norm, selection, mask, clipping and optimizer, each reading what calls before it wrote. */
export function recordStep({ inFeatures = 40, outFeatures = 36, numTiles = 5 } = {}): Recorder {
  return (tape, tensor) => {
    const size = inFeatures * outFeatures;
    const chunks = Math.ceil(size / PARTIAL_CHUNK);
    const w = tensor("w", size);
    const x = tensor("x", numTiles * inFeatures * TILE);
    const [gain, bias] = [tensor("gain", outFeatures), tensor("bias", outFeatures)];
    const [m, v, dw, mask] = [tensor("m", size), tensor("v", size), tensor("dw", size), tensor("mask", size, "u8")];
    const hyper = tensor("hyper", 4);
    const [scale, partials] = [tensor("scale", 2), tensor("partials", chunks, "f64")];
    const packed = tape.transient("packed", Math.ceil(outFeatures / 4) * inFeatures * 4);
    const y = tape.activations("y", numTiles, outFeatures).tensor;
    const z = tape.activations("z", numTiles, outFeatures).tensor;
    const stats = tape.transient("stats", numTiles * 2 * TILE);

    const sizes = { rows: outFeatures, cols: inFeatures };
    tape.call("f32_pack_rows", Math.ceil(outFeatures / 4), { w, ...sizes, packed });
    tape.call("f32_gemm", numTiles, { packed, x, bias, addend: null, y, ...sizes });
    tape.call("f32_layernorm", numTiles, { x: y, gain, bias, y: z, stats, features: outFeatures, epsilon: 1e-5 });
    tape.call("f32_gemm_dw", gemmDwExtent(outFeatures, inFeatures), {
      dy: z,
      x,
      dw,
      ...sizes,
      numTiles,
      accumulate: 0,
      scratch: scratch(GEMM_DW_SCRATCH),
    });
    const histogram = scratch(TOPK_SCRATCH);
    tape.call("u8_topk_magnitude", 1, { scores: w, count: size, topK: size / 4, keep: mask, scratch: histogram });
    tape.call("f32_apply_mask", size, { mask, w });
    tape.call("f32_square_sum", chunks, { x: dw, mask: null, count: size, partials });
    tape.call("f32_clip_scale", 1, { partials, count: chunks, clipNorm: 1, scale });
    const constants = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1 };
    tape.call("f32_adamw", size, { w, grad: dw, m, v, mask, scale, hyper, ...constants });
    const inputs = [w, x, gain, bias].map((t, seed): [Tensor, Float32Array] => [t, noise(t.length, seed + 1)]);
    return new Map([...inputs, [hyper, Float32Array.of(0.01, 10, 20, 0)]]);
  };
}

/** Some ms inside one kernel; repeated, a run long enough to be interrupted. */
export const recordLongRun: Recorder = (tape, tensor) => {
  const [features, numTiles] = [256, 64];
  const packed = tensor("packed", features * features);
  const x = tensor("x", numTiles * features * TILE);
  const y = tensor("y", numTiles * features * TILE);
  tape.call("f32_gemm", numTiles, { packed, x, bias: null, addend: null, y, rows: features, cols: features });
  return new Map([[x, noise(x.length, 1)]]);
};

/** Resolves when a few parts are done: the threads are in the middle of a tape. */
export async function untilUnderWay({ memory }: LaidOut): Promise<void> {
  while (Atomics.load(controlWord(memory, "done"), 0) < 3) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Elements that lie behind the end of any memory. */
export const recordTrap: Recorder = (tape, tensor) => {
  const inside = tensor("inside", 64, "u8");
  const outside: Tensor = { name: "outside", elementType: "f32", length: 64, address: 2 ** 32 - 256 };
  tape.call("f32_apply_mask", 64, { mask: inside, w: outside });
  return new Map();
};
