/** How a weight takes on a new mask: every plane, whatever it means, moves to where the mask and the format have it. */
import { StateError } from "../core/errors.ts";
import type { Format, Parameter } from "../memory/parameter.ts";
import { addressOf, byteLength, type Tensor } from "../memory/tensor.ts";
import { bytesAt, densePlane, type Pruner, stagingOf } from "./pruner.ts";

/**
 * Gives a weight the mask at `staging.mask`, stored in `format`. In every plane a weight that is kept before and after has its
 * bits; one that comes back, or goes, is 0.
 *
 * @throws {StateError} where the parameter was planned without pruning, or without room for so many non-zeros in `format`
 */
export function adoptMask(pruner: Pruner, parameter: Parameter, format: Format): void {
  const mask = bytesAt(pruner, stagingOf(pruner, parameter).mask, parameter.size);
  const kept = countOnes(mask);
  if (!parameter.plan.isPruned)
    throw new StateError(
      `${parameter.name}: isPruned must be true for a mask to change; got false. Plan it with a mask.`,
    );
  parameter.checkRoom(format, kept);
  if (parameter.format === "dense") clearReturning(pruner, parameter, mask);
  else if (format === "dense") expand(pruner, parameter);
  if (format === "dense") applyMask(pruner, parameter, kept);
  else if (parameter.format === "dense") compress(pruner, parameter, kept);
  else recompress(pruner, parameter, kept);
}

/** A masked plane may hold anything where its weight is pruned (a dense product's gradient): who comes back starts from 0. */
function clearReturning(pruner: Pruner, parameter: Parameter, mask: Uint8Array): void {
  if (parameter.nonzeros === parameter.size) return;
  const present = bytesAt(pruner, addressOf(parameter.mask!), parameter.size);
  if (mask.some((bit, i) => bit > present[i]!)) zeroPruned(pruner, parameter);
}

/** Dense → dense. */
function applyMask(pruner: Pruner, parameter: Parameter, kept: number): void {
  copy(pruner, stagingOf(pruner, parameter).mask, parameter.mask!);
  parameter.store("dense", kept);
  zeroPruned(pruner, parameter);
}

function zeroPruned({ kernels }: Pruner, parameter: Parameter): void {
  for (const plane of parameter.plan.planes)
    kernels.f32_apply_mask(0, parameter.size, addressOf(parameter.mask!), addressOf(parameter.plane(plane)));
}

/** Dense → CSR: the slab is laid out anew, so all planes leave it before any comes back. */
function compress(pruner: Pruner, parameter: Parameter, kept: number): void {
  const staged = stagedPlanes(pruner, parameter);
  writeStructure(pruner, parameter);
  for (const [plane, address] of staged) gather(pruner, parameter, addressOf(parameter.plane(plane)), address);
  parameter.store("csr", kept);
  for (const [plane, address] of staged) copy(pruner, address, parameter.plane(plane));
  adoptStructure(pruner, parameter);
}

/** CSR → dense with the same non-zeros: the slab is laid out anew, so structure and planes leave it first. Writes no mask. */
function expand(pruner: Pruner, parameter: Parameter): void {
  const { rows, cols } = parameter.spec;
  const { rowPtr, offsets } = stagingOf(pruner, parameter);
  const staged = stagedPlanes(pruner, parameter);
  copyOut(pruner, parameter.csr.rowPtr, rowPtr);
  copyOut(pruner, parameter.csr.offsets, offsets);
  for (const [plane, address] of staged) copyOut(pruner, parameter.plane(plane), address);
  parameter.store("dense", parameter.nonzeros);
  for (const [plane, address] of staged) {
    const dense = addressOf(parameter.plane(plane));
    pruner.kernels.f32_csr_scatter_dense(0, 1, address, rowPtr, offsets, rows, cols, dense);
  }
}

/** CSR → CSR: each plane is spread out by the old structure and gathered by the new. */
function recompress(pruner: Pruner, parameter: Parameter, kept: number): void {
  const { planes: compressed } = stagingOf(pruner, parameter);
  writeStructure(pruner, parameter);
  for (const plane of parameter.plan.planes) {
    gather(pruner, parameter, densePlane(pruner, parameter, plane), compressed);
    copy(pruner, compressed, { ...parameter.plane(plane), length: kept });
  }
  parameter.store("csr", kept);
  adoptStructure(pruner, parameter);
}

/** Where each plane waits, in CSR order, while the slab is laid out anew. */
function stagedPlanes(pruner: Pruner, parameter: Parameter): [plane: string, address: number][] {
  const { planes, planeStride } = stagingOf(pruner, parameter);
  return parameter.plan.planes.map((plane, i) => [plane, planes + i * planeStride]);
}

/** The CSR structure of the new mask, in the staging area. */
function writeStructure(pruner: Pruner, parameter: Parameter): void {
  const { rows, cols } = parameter.spec;
  const { mask, rowPtr, offsets } = stagingOf(pruner, parameter);
  pruner.kernels.i32_csr_from_mask(0, 1, mask, rows, cols, rowPtr, offsets);
}

/** Values of a dense plane at the non-zeros of the new mask. */
function gather(pruner: Pruner, parameter: Parameter, dense: number, values: number): void {
  const { rows, cols } = parameter.spec;
  const { rowPtr, offsets } = stagingOf(pruner, parameter);
  pruner.kernels.f32_csr_gather_dense(0, 1, dense, rowPtr, offsets, rows, cols, values);
}

/** The structure in the staging area becomes the weight's, with that of Wᵀ. */
function adoptStructure(pruner: Pruner, parameter: Parameter): void {
  const { rows, cols } = parameter.spec;
  const staging = stagingOf(pruner, parameter);
  const { rowPtr, offsets, rowPtrT, offsetsT, permutation } = parameter.csr;
  copy(pruner, staging.rowPtr, rowPtr);
  copy(pruner, staging.offsets, offsets);
  pruner.kernels.i32_csr_transpose(
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

function copy({ memory }: Pruner, from: number, to: Tensor): void {
  new Uint8Array(memory.buffer).copyWithin(addressOf(to), from, from + byteLength(to));
}

function copyOut({ memory }: Pruner, from: Tensor, to: number): void {
  new Uint8Array(memory.buffer).copyWithin(to, addressOf(from), addressOf(from) + byteLength(from));
}

function countOnes(mask: Uint8Array): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) ones += mask[i]!;
  return ones;
}
