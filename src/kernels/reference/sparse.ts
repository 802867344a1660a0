import { CSR_BLOCK, CSR_PADDING, TILE } from "../registry.ts";
import { at } from "./tiles.ts";
import type { Reference } from "./types.ts";

/** Bytes of one feature's tokens: the unit of offsets. */
const ROW_BYTES = TILE * 4;

interface Structure {
  readonly rowPtr: Int32Array;
  readonly offsets: Int32Array;
  readonly rows: number;
  readonly cols: number;
}

/** Calls `visit` for each non-zero, in the order of `values`. */
function eachNonzero({ rowPtr, offsets, rows, cols }: Structure, visit: (p: number, row: number, col: number) => void) {
  for (let block = 0; block * CSR_BLOCK < cols; block++)
    for (let row = 0; row < rows; row++) {
      const pointer = block * (rows + 1) + row;
      for (let p = rowPtr[pointer]!; p < rowPtr[pointer + 1]!; p++)
        visit(p, row, block * CSR_BLOCK + offsets[p]! / ROW_BYTES);
    }
}

/** Writes the structure of a matrix and returns its non-zeros, [row, col], in order. */
function compress(structure: Structure, isNonzero: (row: number, col: number) => boolean): [number, number][] {
  const { rowPtr, offsets, rows, cols } = structure;
  const nonzeros: [number, number][] = [];
  for (let block = 0; block * CSR_BLOCK < cols; block++) {
    const first = block * CSR_BLOCK;
    for (let row = 0; row < rows; row++) {
      rowPtr[block * (rows + 1) + row] = nonzeros.length;
      for (let col = first; col < Math.min(cols, first + CSR_BLOCK); col++)
        if (isNonzero(row, col)) {
          offsets[nonzeros.length] = (col - first) * ROW_BYTES;
          nonzeros.push([row, col]);
        }
    }
    rowPtr[block * (rows + 1) + rows] = nonzeros.length;
  }
  offsets.fill(0, nonzeros.length, nonzeros.length + CSR_PADDING);
  return nonzeros;
}

// y[o] = bias[o] + addend[o] + Σ_p values[p]·x[col(p)], p in row o
const f32_spmm_csr: Reference<"f32_spmm_csr"> = (begin, end, args) => {
  const { values, x, bias, addend, y, rows, cols } = args;
  for (let t = begin * TILE; t < end * TILE; t++) {
    for (let o = 0; o < rows; o++) y[at(t, o, rows)] = (bias?.[o] ?? 0) + (addend?.[at(t, o, rows)] ?? 0);
    eachNonzero(args, (p, row, col) => {
      y[at(t, row, rows)]! += values[p]! * x[at(t, col, cols)]!;
    });
  }
};

// y[o][t] = … + values[p]·x[col(p)][t]  ⇒  dValues[p] = Σ_t dY[row(p)][t]·x[col(p)][t]
const f32_sddmm_csr: Reference<"f32_sddmm_csr"> = (begin, end, args) => {
  const { dy, x, dValues, rows, cols, numTiles } = args;
  eachNonzero(args, (p, row, col) => {
    const unit = Math.floor(col / CSR_BLOCK) * rows + row;
    if (unit < begin || unit >= end) return;
    dValues[p] = 0;
    for (let t = 0; t < numTiles * TILE; t++) dValues[p]! += dy[at(t, row, rows)]! * x[at(t, col, cols)]!;
  });
};

const f32_gather: Reference<"f32_gather"> = (begin, end, { src, permutation, dst }) => {
  for (let i = begin; i < end; i++) dst[i] = src[permutation[i]!]!;
};

const i32_csr_from_mask: Reference<"i32_csr_from_mask"> = (_begin, _end, args) => {
  compress(args, (row, col) => args.mask[row * args.cols + col] !== 0);
};

const f32_csr_gather_dense: Reference<"f32_csr_gather_dense"> = (_begin, _end, args) => {
  eachNonzero(args, (p, row, col) => {
    args.values[p] = args.dense[row * args.cols + col]!;
  });
};

const f32_csr_scatter_dense: Reference<"f32_csr_scatter_dense"> = (_begin, _end, args) => {
  args.dense.fill(0);
  eachNonzero(args, (p, row, col) => {
    args.dense[row * args.cols + col] = args.values[p]!;
  });
};

const i32_csr_transpose: Reference<"i32_csr_transpose"> = (_begin, _end, args) => {
  const { rows, cols, rowPtrT, offsetsT, permutation } = args;
  const positions = new Map<number, number>();
  eachNonzero(args, (p, row, col) => positions.set(row * cols + col, p));
  const transposed = { rowPtr: rowPtrT, offsets: offsetsT, rows: cols, cols: rows };
  const nonzeros = compress(transposed, (col, row) => positions.has(row * cols + col));
  for (const [p, [col, row]] of nonzeros.entries()) permutation[p] = positions.get(row * cols + col)!;
};

export const sparseReferences = {
  f32_spmm_csr,
  f32_sddmm_csr,
  f32_gather,
  i32_csr_from_mask,
  f32_csr_gather_dense,
  f32_csr_scatter_dense,
  i32_csr_transpose,
};
