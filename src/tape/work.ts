/** What a call costs, roughly: enough to cut a phase into parts that end together. */
import { type KernelName, kernels, TILE } from "../kernels/registry.ts";
import { byteLength } from "../memory/tensor.ts";
import { isTensor, type RecordedCall, tensorsOf } from "./tape.ts";

/** A byte that an elementwise kernel reads or writes, in multiply-adds of a product (measured: .5 to 5). */
const PER_BYTE = 2;

type Sizes = Readonly<Record<string, number>>;

/** Multiply-adds of the kernels that have more of them than bytes, by the call's integers and the lengths of its tensors. */
const MULTIPLY_ADDS: Partial<Record<KernelName, (sizes: Sizes, extent: number) => number>> = {
  f32_gemm: ({ rows, cols }, tiles) => rows! * cols! * TILE * tiles,
  f32_gemm_dw: ({ rows, cols, numTiles }) => rows! * cols! * TILE * numTiles!,
  f32_spmm_csr: ({ values }, tiles) => values! * TILE * tiles,
  f32_sddmm_csr: ({ dValues, numTiles }) => dValues! * TILE * numTiles!,
  f32_attention: (sizes, pairs) => mixing(sizes) * pairs,
  f32_attention_backward: (sizes, pairs) => 2.5 * mixing(sizes) * pairs,
};

function mixing({ seqLen, headDim, causal }: Sizes): number {
  return (2 * seqLen! ** 2 * headDim!) / (causal === 1 ? 2 : 1);
}

/** A part that takes less than about 10 µs is not worth its claim. */
const LEAST_WORK = 250_000;
/** A part of f32_sddmm_csr touches the slab of its column block in every tile, which costs as much as 40 non-zeros. */
const LEAST_NONZEROS = 2000;

/** Parts of a call shall not have less work. */
export function leastWorkOf({ kernel, args }: RecordedCall): number {
  if (kernel !== "f32_sddmm_csr") return LEAST_WORK;
  const numTiles = args[Object.keys(kernels[kernel].args).indexOf("numTiles")] as number;
  return Math.max(LEAST_WORK, LEAST_NONZEROS * TILE * numTiles);
}

/** In multiply-adds of a product: about 25 to a nanosecond. */
export function workOf(call: RecordedCall): number {
  const multiplyAdds = MULTIPLY_ADDS[call.kernel];
  if (multiplyAdds === undefined)
    return PER_BYTE * tensorsOf(call).reduce((bytes, { tensor }) => bytes + byteLength(tensor), 0);
  const names = Object.keys(kernels[call.kernel].args);
  const sizes = call.args.map((arg, i) => [names[i]!, typeof arg === "number" ? arg : isTensor(arg) ? arg.length : 0]);
  return multiplyAdds(Object.fromEntries(sizes), call.extent);
}
