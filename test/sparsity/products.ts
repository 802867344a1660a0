/** The two products whose bits must not depend on the format: Y = W·X and dX = Wᵀ·dY. */
import type { KernelInstance } from "../../src/kernels/abi.ts";
import { type KernelName, kernels, TILE } from "../../src/kernels/registry.ts";
import { align } from "../../src/memory/arena.ts";
import type { Parameter } from "../../src/memory/parameter.ts";
import { addressOf } from "../../src/memory/tensor.ts";
import type { Pruner } from "../../src/sparsity/pruner.ts";
import { noise } from "../kernels/contract.ts";

const NUM_TILES = 2;

export interface Products {
  readonly forward: Float32Array;
  readonly inputGradient: Float32Array;
}

/** Addresses of all operands, and where they end. */
function layOut(base: number, rows: number, cols: number) {
  let end = base;
  const take = (length: number) => {
    const address = end;
    end += align(4 * length);
    return address;
  };
  const tile = NUM_TILES * TILE;
  const dense = take(rows * cols);
  const packed = take((rows + 4) * (cols + 4));
  const [x, y, dX, dY] = [take(tile * cols), take(tile * rows), take(tile * cols), take(tile * rows)];
  return { dense, packed, x, y, dX, dY, end };
}

export function productBytes(rows: number, cols: number): number {
  return layOut(0, rows, cols).end;
}

/** Through the kernels that training would choose for the weight as it is stored. */
export function storedProducts(pruner: Pruner, parameter: Parameter, base: number): Products {
  const { rows, cols } = parameter.spec;
  if (parameter.format === "dense") return gemmProducts(pruner, addressOf(parameter.value), rows, cols, base);
  const at = operands(pruner, rows, cols, base);
  const { rowPtr, offsets, rowPtrT, offsetsT, permutation } = parameter.csr;
  const [values, extent] = [addressOf(parameter.value), NUM_TILES];
  call(pruner, "f32_spmm_csr", extent, {
    ...{ rowPtr: addressOf(rowPtr), offsets: addressOf(offsets), values },
    ...{ x: at.x, y: at.y, rows, cols },
  });
  call(pruner, "f32_gather", parameter.nonzeros, {
    ...{ src: values, permutation: addressOf(permutation), dst: at.dense },
  });
  call(pruner, "f32_spmm_csr", extent, {
    ...{ rowPtr: addressOf(rowPtrT), offsets: addressOf(offsetsT), values: at.dense },
    ...{ x: at.dY, y: at.dX, rows: cols, cols: rows },
  });
  return results(pruner, at, rows, cols);
}

/** Through the dense kernels, of a matrix that is given. */
export function denseProducts(
  pruner: Pruner,
  matrix: readonly number[],
  [rows, cols]: readonly [number, number],
  base: number,
): Products {
  const { dense } = layOut(base, rows, cols);
  new Float32Array(pruner.memory.buffer, dense, rows * cols).set(matrix);
  return gemmProducts(pruner, dense, rows, cols, base);
}

function gemmProducts(pruner: Pruner, w: number, rows: number, cols: number, base: number): Products {
  const at = operands(pruner, rows, cols, base);
  const { packed } = at;
  call(pruner, "f32_pack_rows", Math.ceil(rows / 4), { w, rows, cols, packed });
  call(pruner, "f32_gemm", NUM_TILES, { packed, x: at.x, y: at.y, rows, cols });
  call(pruner, "f32_pack_columns", Math.ceil(cols / 4), { w, rows, cols, packed });
  call(pruner, "f32_gemm", NUM_TILES, { packed, x: at.dY, y: at.dX, rows: cols, cols: rows });
  return results(pruner, at, rows, cols);
}

type Layout = ReturnType<typeof layOut>;

function operands({ memory }: Pruner, rows: number, cols: number, base: number): Layout {
  const at = layOut(base, rows, cols);
  const fill = (address: number, features: number, seed: number) => {
    const values = noise(NUM_TILES * TILE * features, seed);
    new Float32Array(memory.buffer, address, values.length).set(values);
  };
  fill(at.x, cols, 11);
  fill(at.dY, rows, 12);
  return at;
}

function results({ memory }: Pruner, { y, dX }: Layout, rows: number, cols: number): Products {
  const read = (address: number, features: number) =>
    new Float32Array(memory.buffer, address, NUM_TILES * TILE * features).slice();
  return { forward: read(y, rows), inputGradient: read(dX, cols) };
}

/** A kernel over its whole extent; arguments that are left out are absent. */
function call(
  { kernels: instance }: { kernels: KernelInstance },
  name: KernelName,
  extent: number,
  args: Readonly<Record<string, number>>,
): void {
  instance[name](0, extent, ...Object.keys(kernels[name].args).map((arg) => args[arg] ?? 0));
}
