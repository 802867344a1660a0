/** What carries mask changes out: kernels, the run's memory, and room to work in. */
import type { KernelInstance } from "../kernels/abi.ts";
import { writeCsrMask } from "../memory/csr.ts";
import type { Parameter } from "../memory/parameter.ts";
import { addressOf, type Tensor } from "../memory/tensor.ts";
import { type Staging, stagingFor } from "./staging.ts";

export interface Pruner {
  readonly kernels: KernelInstance;
  readonly memory: WebAssembly.Memory;
  /** Address of the staging area: at least `stagingFor(parameter, 0).bytes` long. */
  readonly stagingBase: number;
}

export function stagingOf({ stagingBase }: Pruner, parameter: Parameter): Staging {
  return stagingFor(parameter, stagingBase);
}

/** The f32 at `address`, in place. */
export function floatsAt({ memory }: Pruner, address: number, length: number): Float32Array {
  return new Float32Array(memory.buffer, address, length);
}

/** The bytes at `address`, in place. */
export function bytesAt({ memory }: Pruner, address: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, address, length);
}

/** Writes a weight's present 0/1 mask, row-major, in either format. */
export function writeMask(pruner: Pruner, parameter: Parameter, into: Uint8Array): void {
  const { nonzeros, size, mask, format, spec } = parameter;
  const ints = (tensor: Tensor) => new Int32Array(pruner.memory.buffer, addressOf(tensor), tensor.length);
  if (nonzeros === size) into.fill(1);
  else if (format === "dense") into.set(bytesAt(pruner, addressOf(mask!), size));
  else writeCsrMask(spec, { rowPtr: ints(parameter.csr.rowPtr), offsets: ints(parameter.csr.offsets) }, into);
}

/** Address of a plane as a dense row-major matrix: the plane itself, or a copy in the staging area. */
export function densePlane(pruner: Pruner, parameter: Parameter, plane: string): number {
  const values = addressOf(parameter.plane(plane));
  if (parameter.format === "dense") return values;
  const { rows, cols } = parameter.spec;
  const { rowPtr, offsets } = parameter.csr;
  const { dense } = stagingOf(pruner, parameter);
  pruner.kernels.f32_csr_scatter_dense(0, 1, values, addressOf(rowPtr), addressOf(offsets), rows, cols, dense);
  return dense;
}
