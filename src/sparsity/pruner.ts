/** Applies a mask update to one weight: ranks, keeps exactly the top k, and moves every plane to the new non-zeros. */

import type { KernelInstance } from "../kernels/abi.ts";
import type { Parameter } from "../memory/parameter.ts";
import { addressOf, byteLength, type Tensor } from "../memory/tensor.ts";
import { patternOf } from "./patterns/index.ts";
import type { PatternChoice } from "./patterns/pattern.ts";
import { type Staging, stagingFor } from "./staging.ts";

export interface Pruner {
  readonly kernels: KernelInstance;
  readonly memory: WebAssembly.Memory;
  /** Address of the staging area: at least `stagingFor(parameter, 0).bytes` long. */
  readonly stagingBase: number;
}

export interface MaskTarget {
  /** Weights to keep. */
  readonly kept: number;
  readonly pattern: PatternChoice;
  /** From this update on the weight is stored as CSR. */
  readonly toCsr: boolean;
}

/**
 * Keeps the `kept` weights of largest |w|; with an n:m pattern the n largest of every m come before all others, so that the
 * mask is n:m once kept = size·n/m. All planes (value, gradient, optimizer state) follow.
 *
 * Source    gradual n:m: science.md §3
 */
export function updateMask(pruner: Pruner, parameter: Parameter, target: MaskTarget): void {
  const staging = stagingFor(parameter, pruner.stagingBase);
  const ranked = rankedScores(pruner, parameter, staging, target.pattern);
  pruner.kernels.u8_topk_magnitude(0, 1, ranked, parameter.size, target.kept, staging.mask, staging.histogram);
  if (parameter.format === "csr") recompress(pruner, parameter, staging, target.kept);
  else if (target.toCsr) compress(pruner, parameter, staging, target.kept);
  else applyMask(pruner, parameter, staging, target.kept);
}

/** Address of size f32 whose magnitudes rank the weights, in row-major order whatever the format. */
function rankedScores({ kernels }: Pruner, parameter: Parameter, staging: Staging, pattern: PatternChoice): number {
  const { rows, cols } = parameter.spec;
  let weights = addressOf(parameter.value);
  if (parameter.format === "csr") {
    scatter(kernels, parameter, parameter.value, staging.dense);
    weights = staging.dense;
  }
  const { lift } = patternOf(pattern);
  if (lift === undefined) return weights;
  lift(kernels, pattern, { rows, cols, scores: weights, into: staging.scores });
  return staging.scores;
}

function applyMask({ kernels, memory }: Pruner, parameter: Parameter, staging: Staging, kept: number): void {
  copy(memory, staging.mask, parameter.mask!);
  parameter.setNonzeros(kept);
  for (const plane of parameter.plan.planes)
    kernels.f32_apply_mask(0, parameter.size, staging.mask, addressOf(parameter.plane(plane)));
}

/** Dense → CSR: the slab is laid out anew, so all planes leave it before any comes back. */
function compress(pruner: Pruner, parameter: Parameter, staging: Staging, kept: number): void {
  const { kernels, memory } = pruner;
  const { rows, cols } = parameter.spec;
  kernels.i32_csr_from_mask(0, 1, staging.mask, rows, cols, staging.rowPtr, staging.offsets);
  for (const [i, plane] of parameter.plan.planes.entries())
    kernels.f32_csr_gather_dense(
      0,
      1,
      addressOf(parameter.plane(plane)),
      staging.rowPtr,
      staging.offsets,
      rows,
      cols,
      staging.planes + i * staging.planeStride,
    );
  parameter.switchToCsr(kept);
  for (const [i, plane] of parameter.plan.planes.entries())
    copy(memory, staging.planes + i * staging.planeStride, parameter.plane(plane));
  adoptStructure(pruner, parameter, staging);
}

/** CSR → sparser CSR: each plane is spread out by the old structure and gathered by the new. */
function recompress(pruner: Pruner, parameter: Parameter, staging: Staging, kept: number): void {
  const { kernels, memory } = pruner;
  const { rows, cols } = parameter.spec;
  kernels.i32_csr_from_mask(0, 1, staging.mask, rows, cols, staging.rowPtr, staging.offsets);
  const compressed = staging.planes;
  for (const plane of parameter.plan.planes) {
    const tensor = parameter.plane(plane);
    scatter(kernels, parameter, tensor, staging.dense);
    kernels.f32_csr_gather_dense(0, 1, staging.dense, staging.rowPtr, staging.offsets, rows, cols, compressed);
    copy(memory, compressed, { ...tensor, length: kept });
  }
  parameter.setNonzeros(kept);
  adoptStructure(pruner, parameter, staging);
}

function adoptStructure({ kernels, memory }: Pruner, parameter: Parameter, staging: Staging): void {
  const { rows, cols } = parameter.spec;
  const { rowPtr, offsets, rowPtrT, offsetsT, permutation } = parameter.csr;
  copy(memory, staging.rowPtr, rowPtr);
  copy(memory, staging.offsets, offsets);
  kernels.i32_csr_transpose(
    0,
    1,
    addressOf(rowPtr),
    addressOf(offsets),
    rows,
    cols,
    addressOf(rowPtrT),
    addressOf(offsetsT),
    addressOf(permutation),
  );
}

/** Writes a plane of a CSR weight as a dense matrix at `dense`. */
function scatter(kernels: KernelInstance, parameter: Parameter, plane: Tensor, dense: number): void {
  const { rows, cols } = parameter.spec;
  const { rowPtr, offsets } = parameter.csr;
  kernels.f32_csr_scatter_dense(0, 1, addressOf(plane), addressOf(rowPtr), addressOf(offsets), rows, cols, dense);
}

function copy(memory: WebAssembly.Memory, from: number, to: Tensor): void {
  new Uint8Array(memory.buffer).copyWithin(addressOf(to), from, from + byteLength(to));
}

/** A plane as a dense row-major matrix, zeros where pruned. */
export function readDense(pruner: Pruner, parameter: Parameter, plane: string): Float32Array {
  const staging = stagingFor(parameter, pruner.stagingBase);
  const isCsr = parameter.format === "csr";
  if (isCsr) scatter(pruner.kernels, parameter, parameter.plane(plane), staging.dense);
  return new Float32Array(
    pruner.memory.buffer,
    isCsr ? staging.dense : addressOf(parameter.plane(plane)),
    parameter.size,
  ).slice();
}

/** The 0/1 mask of a pruned weight, row-major. */
export function readMask(pruner: Pruner, parameter: Parameter): Uint8Array {
  const { memory, stagingBase } = pruner;
  if (parameter.mask !== null) return new Uint8Array(memory.buffer, addressOf(parameter.mask), parameter.size).slice();
  const staging = stagingFor(parameter, stagingBase);
  const ones = new Float32Array(memory.buffer, staging.planes, parameter.nonzeros).fill(1);
  scatter(
    pruner.kernels,
    parameter,
    { name: "ones", elementType: "f32", length: ones.length, address: staging.planes },
    staging.dense,
  );
  return Uint8Array.from(new Float32Array(memory.buffer, staging.dense, parameter.size));
}

/** Brings back a weight as a checkpoint left it: its mask, its format and every plane. */
export function restoreParameter(
  pruner: Pruner,
  parameter: Parameter,
  saved: {
    readonly planes: ReadonlyMap<string, Float32Array>;
    readonly mask: Uint8Array | undefined;
    readonly toCsr: boolean;
  },
): void {
  const floats = (address: number) => new Float32Array(pruner.memory.buffer, address, parameter.size);
  for (const [plane, values] of saved.planes) floats(addressOf(parameter.plane(plane))).set(values);
  if (saved.mask === undefined) return;
  const staging = stagingFor(parameter, pruner.stagingBase);
  new Uint8Array(pruner.memory.buffer, staging.mask, parameter.size).set(saved.mask);
  const kept = saved.mask.reduce((sum, bit) => sum + bit, 0);
  if (saved.toCsr) compress(pruner, parameter, staging, kept);
  else applyMask(pruner, parameter, staging, kept);
}
