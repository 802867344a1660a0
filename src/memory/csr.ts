/** The CSR format of the registry (f32_spmm_csr) as the host sees it: rows inside column blocks. */
import { CSR_BLOCK, CSR_PADDING, TILE } from "../kernels/registry.ts";

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

/** Bytes of one column's 32 tokens: the unit of offsets. */
const COLUMN_BYTES = 4 * TILE;

/** Writes the 0/1 mask, row-major (rows, cols), of the entries of a CSR structure. */
export function writeCsrMask(
  { rows, cols }: { rows: number; cols: number },
  { rowPtr, offsets }: { rowPtr: Int32Array; offsets: Int32Array },
  mask: Uint8Array,
): void {
  mask.fill(0);
  let entry = 0;
  for (let block = 0; block * CSR_BLOCK < cols; block++)
    for (let row = 0; row < rows; row++) {
      const slice = row * cols + block * CSR_BLOCK;
      const end = rowPtr[block * (rows + 1) + row + 1]!;
      for (; entry < end; entry++) mask[slice + offsets[entry]! / COLUMN_BYTES] = 1;
    }
}
