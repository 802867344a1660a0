import { sparseReferences } from "../../src/kernels/reference/sparse.ts";
import { csrSizes } from "../../src/memory/csr.ts";
import { randomMask } from "./contract.ts";

export interface CsrCase {
  readonly rows: number;
  readonly cols: number;
  readonly mask: Uint8Array;
  readonly nonzeros: number;
  readonly rowPtr: Int32Array;
  readonly offsets: Int32Array;
}

/** The structure of a seeded mask; between sparsity 0 and 1 every fifth row, from the third on, is empty. */
export function randomCsr(rows: number, cols: number, sparsity: number, seed: number): CsrCase {
  const isEmptied = (row: number) => sparsity > 0 && row % 5 === 2;
  const mask = randomMask(rows * cols, sparsity, seed).map((bit, i) => (isEmptied(Math.floor(i / cols)) ? 0 : bit));
  return csrOf(mask, rows, cols);
}

export function csrOf(mask: Uint8Array, rows: number, cols: number): CsrCase {
  const nonzeros = mask.reduce((sum, bit) => sum + bit, 0);
  const sizes = csrSizes({ rows, cols, nonzeros });
  const [rowPtr, offsets] = [new Int32Array(sizes.rowPtr), new Int32Array(sizes.offsets)];
  sparseReferences.i32_csr_from_mask(0, 1, { mask, rows, cols, rowPtr, offsets });
  return { rows, cols, mask, nonzeros, rowPtr, offsets };
}

/** The structure of Wᵀ and, for each of its entries, the position in W's order. */
export function transposeCsr({ rows, cols, nonzeros, rowPtr, offsets }: CsrCase) {
  const sizes = csrSizes({ rows, cols, nonzeros });
  const rowPtrT = new Int32Array(sizes.rowPtrT);
  const offsetsT = new Int32Array(sizes.offsetsT);
  const permutation = new Int32Array(sizes.permutation);
  sparseReferences.i32_csr_transpose(0, 1, { rowPtr, offsets, rows, cols, rowPtrT, offsetsT, permutation });
  return { rowPtrT, offsetsT, permutation };
}
