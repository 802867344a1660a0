/** Measures where sparse products overtake dense ones. */
import { RandomStream } from "../core/rng.ts";
import { createMemory, instantiateKernels, type KernelInstance } from "../kernels/abi.ts";
import { CSR_PADDING, GEMM_DW_SCRATCH, TILE } from "../kernels/registry.ts";
import { Arena } from "../memory/arena.ts";
import { csrSizes } from "../memory/csr.ts";
import { addressOf, type Tensor } from "../memory/tensor.ts";

/** A linear layer of a mid-sized model: wide enough that packing is amortised, small enough for a second's measurement. */
const SHAPE = { rows: 256, cols: 256, numTiles: 16 };
/** Crossovers are told apart no finer than this, so that like machines agree. */
const GRID = 0.05;
const DENSITIES = [0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3];
const REPEATS = 7;

/**
 * The largest density of the grid at which the three CSR products together take no longer than the dense ones; the fastest of
 * several interleaved repeats counts. About a second.
 */
export function measureSwitchDensity(module: WebAssembly.Module): number {
  const bench = prepare(module);
  for (const density of DENSITIES) {
    bench.fillMask(density);
    let [dense, sparse] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      dense = Math.min(dense, timeOf(bench.runDense));
      sparse = Math.min(sparse, timeOf(bench.runSparse));
    }
    if (sparse <= dense) return density;
  }
  return DENSITIES.at(-1)! - GRID;
}

function timeOf(run: () => void): number {
  const began = performance.now();
  run();
  run();
  return performance.now() - began;
}

function prepare(module: WebAssembly.Module) {
  const { rows, cols, numTiles } = SHAPE;
  const sizes = csrSizes({ rows, cols, nonzeros: rows * cols });
  const arena = new Arena();
  const f32 = (name: string, length: number) => arena.persistent("measurement", name, "f32", length);
  const i32 = (name: string, length: number) => arena.persistent("measurement", name, "i32", length + CSR_PADDING);
  const buffers = {
    w: f32("w", rows * cols),
    dw: f32("dw", rows * cols),
    packed: f32("packed", rows * cols),
    x: f32("x", numTiles * cols * TILE),
    y: f32("y", numTiles * rows * TILE),
    valuesT: f32("valuesT", sizes.values),
    mask: arena.persistent("measurement", "mask", "u8", rows * cols),
    rowPtr: i32("rowPtr", sizes.rowPtr),
    offsets: i32("offsets", sizes.offsets),
    rowPtrT: i32("rowPtrT", sizes.rowPtrT),
    offsetsT: i32("offsetsT", sizes.offsetsT),
    permutation: i32("permutation", sizes.permutation),
    scratch: f32("scratch", GEMM_DW_SCRATCH / 4),
  };
  const memory = createMemory(arena.bytes);
  const kernels = instantiateKernels(module, memory);
  fillNoise(memory, [buffers.w, buffers.x, buffers.y]);
  let nonzeros = 0;
  return {
    fillMask(density: number) {
      nonzeros = fillStructure(kernels, memory, buffers, density);
    },
    runDense: () => runDense(kernels, buffers),
    runSparse: () => runSparse(kernels, buffers, nonzeros),
  };
}

type Buffers = Readonly<
  Record<
    | "w"
    | "dw"
    | "packed"
    | "x"
    | "y"
    | "valuesT"
    | "mask"
    | "rowPtr"
    | "offsets"
    | "rowPtrT"
    | "offsetsT"
    | "permutation"
    | "scratch",
    Tensor
  >
>;

function fillNoise(memory: WebAssembly.Memory, tensors: readonly Tensor[]): void {
  const stream = new RandomStream(0, "crossover");
  for (const tensor of tensors) {
    const values = new Float32Array(memory.buffer, addressOf(tensor), tensor.length);
    for (let i = 0; i < values.length; i++) values[i] = stream.uniform() - 0.5;
  }
}

function fillStructure(kernels: KernelInstance, memory: WebAssembly.Memory, b: Buffers, density: number): number {
  const stream = new RandomStream(1, "crossover mask");
  const mask = new Uint8Array(memory.buffer, addressOf(b.mask), b.mask.length);
  for (let i = 0; i < mask.length; i++) mask[i] = stream.uniform() < density ? 1 : 0;
  const { rows, cols } = SHAPE;
  const at = addressOf;
  kernels.i32_csr_from_mask(0, 1, at(b.mask), rows, cols, at(b.rowPtr), at(b.offsets));
  kernels.i32_csr_transpose(
    0,
    1,
    at(b.rowPtr),
    at(b.offsets),
    rows,
    cols,
    at(b.rowPtrT),
    at(b.offsetsT),
    at(b.permutation),
  );
  return mask.reduce((sum, bit) => sum + bit, 0);
}

function runDense(kernels: KernelInstance, b: Buffers): void {
  const { rows, cols, numTiles } = SHAPE;
  const at = addressOf;
  kernels.f32_pack_rows(0, rows / 4, at(b.w), rows, cols, at(b.packed));
  kernels.f32_gemm(0, numTiles, at(b.packed), at(b.x), 0, 0, at(b.y), rows, cols);
  kernels.f32_pack_columns(0, cols / 4, at(b.w), rows, cols, at(b.packed));
  kernels.f32_gemm(0, numTiles, at(b.packed), at(b.y), 0, 0, at(b.x), cols, rows);
  kernels.f32_gemm_dw(0, rows, at(b.y), at(b.x), at(b.dw), rows, cols, numTiles, 0, at(b.scratch));
}

function runSparse(kernels: KernelInstance, b: Buffers, nonzeros: number): void {
  const { rows, cols, numTiles } = SHAPE;
  const at = addressOf;
  kernels.f32_spmm_csr(0, numTiles, at(b.rowPtr), at(b.offsets), at(b.w), at(b.x), 0, 0, at(b.y), rows, cols);
  kernels.f32_gather(0, nonzeros, at(b.w), at(b.permutation), at(b.valuesT));
  kernels.f32_spmm_csr(0, numTiles, at(b.rowPtrT), at(b.offsetsT), at(b.valuesT), at(b.y), 0, 0, at(b.x), cols, rows);
  kernels.f32_sddmm_csr(0, rows, at(b.rowPtr), at(b.offsets), at(b.y), at(b.x), at(b.dw), rows, cols, numTiles);
}
