/** Sizes of the CSR format of the registry (f32_spmm_csr): rows inside column blocks. */
import { CSR_BLOCK, CSR_PADDING } from "../kernels/registry.ts";

/** Elements of each array of a sparse weight. */
export interface CsrSizes {
  /** i32 */
  readonly rowPtr: number;
  /** i32, padding included. */
  readonly offsets: number;
  /** f32: values, gradients, moments; within a backward call also the values in the order of Wᵀ. */
  readonly values: number;
  /** i32, of Wᵀ. */
  readonly rowPtrT: number;
  /** i32, of Wᵀ, padding included. */
  readonly offsetsT: number;
  /** i32: position in W's order of each entry of Wᵀ. */
  readonly permutation: number;
}

/** Sizes for a weight (rows, cols) with `nonzeros` entries. */
export function csrSizes({ rows, cols, nonzeros }: { rows: number; cols: number; nonzeros: number }): CsrSizes {
  const rowPtr = Math.ceil(cols / CSR_BLOCK) * (rows + 1);
  const rowPtrT = Math.ceil(rows / CSR_BLOCK) * (cols + 1);
  const offsets = nonzeros + CSR_PADDING;
  return { rowPtr, offsets, values: nonzeros, rowPtrT, offsetsT: offsets, permutation: nonzeros };
}
