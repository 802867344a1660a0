/** Measures what one thread of this machine reaches in a dense product. Runs in browsers too. */
import type { Variant } from "../core/record.ts";
import { createMemory, instantiateKernels } from "../kernels/abi.ts";
import { TILE } from "../kernels/registry.ts";
import { compileKernels } from "../kernels/variant.ts";
import { Arena } from "../memory/arena.ts";

const SHAPE = { rows: 128, cols: 128, numTiles: 16 };
const CALLS_PER_SAMPLE = 8;
/** Long enough for the engine to compile the kernel once more, with its optimizing compiler. */
const MEASUREMENT_MS = 300;

/**
 * Speed of `f32_gemm` (128 × 128 weights, 512 tokens) on this thread, the best of many samples.
 *
 * Units  1e9 floating-point operations a second, a multiply-add being two
 */
export async function measureGemmGflops(variant: Variant): Promise<number> {
  const run = prepareGemm(await compileKernels(variant));
  const deadline = performance.now() + MEASUREMENT_MS;
  let bestMs = Number.POSITIVE_INFINITY;
  while (performance.now() < deadline) {
    const began = performance.now();
    for (let call = 0; call < CALLS_PER_SAMPLE; call++) run();
    bestMs = Math.min(bestMs, performance.now() - began);
  }
  const flops = 2 * SHAPE.rows * SHAPE.cols * SHAPE.numTiles * TILE * CALLS_PER_SAMPLE;
  return flops / bestMs / 1e6;
}

/** Ones everywhere: numbers that cost what numbers cost. */
function prepareGemm(module: WebAssembly.Module): () => void {
  const { rows, cols, numTiles } = SHAPE;
  const arena = new Arena();
  const [packed, x, y] = [rows * cols, numTiles * cols * TILE, numTiles * rows * TILE].map((length) =>
    arena.reserve("measurement", 4 * length),
  ) as [number, number, number];
  const memory = createMemory(arena.bytes);
  const { f32_gemm } = instantiateKernels(module, memory);
  new Float32Array(memory.buffer, packed, (y - packed) / 4).fill(1);
  return () => f32_gemm(0, numTiles, packed, x, 0, 0, y, rows, cols);
}
