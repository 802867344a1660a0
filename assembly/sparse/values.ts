import { columnOffset, CSR_BLOCK, rowOffset, wordOffset } from "./format";

/** dst[i] = src[permutation[i]]. */
export function f32_gather(begin: i32, end: i32, src: usize, permutation: usize, dst: usize): void {
  for (let i = begin; i < end; i++) {
    const position = load<i32>(permutation + wordOffset(i));
    store<f32>(dst + wordOffset(i), load<f32>(src + wordOffset(position)));
  }
}

/** values = dense (rows, cols) at the non-zeros, in CSR order. */
export function f32_csr_gather_dense(
  begin: i32, end: i32, dense: usize, rowPtr: usize, offsets: usize, rows: i32, cols: i32, values: usize,
): void {
  if (begin == end) return;
  for (let block = 0; block * CSR_BLOCK < cols; block++) {
    for (let row = 0; row < rows; row++) {
      const slice = dense + wordOffset(row * cols + block * CSR_BLOCK);
      const pointer = rowPtr + rowOffset(block, row, rows);
      for (let p = load<i32>(pointer); p < load<i32>(pointer, 4); p++) {
        store<f32>(values + wordOffset(p), load<f32>(slice + columnOffset(offsets, p)));
      }
    }
  }
}

/** dense (rows, cols) = values at the non-zeros, 0 elsewhere. */
export function f32_csr_scatter_dense(
  begin: i32, end: i32, values: usize, rowPtr: usize, offsets: usize, rows: i32, cols: i32, dense: usize,
): void {
  if (begin == end) return;
  memory.fill(dense, 0, wordOffset(rows * cols));
  for (let block = 0; block * CSR_BLOCK < cols; block++) {
    for (let row = 0; row < rows; row++) {
      const slice = dense + wordOffset(row * cols + block * CSR_BLOCK);
      const pointer = rowPtr + rowOffset(block, row, rows);
      for (let p = load<i32>(pointer); p < load<i32>(pointer, 4); p++) {
        store<f32>(slice + columnOffset(offsets, p), load<f32>(values + wordOffset(p)));
      }
    }
  }
}
