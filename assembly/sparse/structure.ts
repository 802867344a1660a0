import { columnOffset, CSR_BLOCK, CSR_PADDING, FEATURE_BYTES, rowOffset, wordOffset } from "./format";

/** Row pointers and offsets of the non-zero bytes of a mask (rows, cols), block after block, row after row. */
export function i32_csr_from_mask(
  begin: i32, end: i32, mask: usize, rows: i32, cols: i32, rowPtr: usize, offsets: usize,
): void {
  if (begin == end) return;
  let position = 0;
  for (let column = 0; column < cols; column += CSR_BLOCK) {
    const width = min(CSR_BLOCK, cols - column);
    for (let row = 0; row < rows; row++) {
      store<i32>(rowPtr, position);
      rowPtr += 4;
      const bytes = mask + <usize>row * <usize>cols + <usize>column;
      for (let i = 0; i < width; i++) {
        if (load<u8>(bytes + <usize>i)) store<i32>(offsets + wordOffset(position++), i * <i32>FEATURE_BYTES);
      }
    }
    store<i32>(rowPtr, position);
    rowPtr += 4;
  }
  pad(offsets, position);
}

/**
 * The CSR form of Wᵀ and, for each of its entries, the position in W's order: a counting sort by (block of Wᵀ, row of Wᵀ).
 * W's rows come in ascending order, and so do the columns of each row of Wᵀ.
 */
export function i32_csr_transpose(
  begin: i32, end: i32,
  rowPtr: usize, offsets: usize, rows: i32, cols: i32, rowPtrT: usize, offsetsT: usize, permutation: usize,
): void {
  if (begin == end) return;
  const pointers = ((rows + CSR_BLOCK - 1) / CSR_BLOCK) * (cols + 1);
  countEntries(rowPtr, offsets, rows, cols, rowPtrT, pointers);
  sumBefore(rowPtrT, pointers);
  placeEntries(rowPtr, offsets, rows, cols, rowPtrT, offsetsT, permutation);
  // each pointer now stands at the end of its row: where the next row begins
  memory.copy(rowPtrT + 4, rowPtrT, wordOffset(pointers - 1));
  store<i32>(rowPtrT, 0);
  pad(offsetsT, load<i32>(rowPtrT + wordOffset(pointers - 1)));
}

/** counts[pointer of (block, row) of Wᵀ] = its entries; 0 at the pointer that closes a block. */
function countEntries(rowPtr: usize, offsets: usize, rows: i32, cols: i32, counts: usize, pointers: i32): void {
  memory.fill(counts, 0, wordOffset(pointers));
  for (let block = 0; block * CSR_BLOCK < cols; block++) {
    for (let row = 0; row < rows; row++) {
      const ofRow = counts + rowOffset(row / CSR_BLOCK, block * CSR_BLOCK, cols);
      const pointer = rowPtr + rowOffset(block, row, rows);
      for (let p = load<i32>(pointer); p < load<i32>(pointer, 4); p++) {
        const count = ofRow + columnOffset(offsets, p);
        store<i32>(count, load<i32>(count) + 1);
      }
    }
  }
}

/** counts[i] ← Σ counts[j], j < i. */
function sumBefore(counts: usize, length: i32): void {
  let sum = 0;
  for (let i = 0; i < length; i++, counts += 4) {
    const count = load<i32>(counts);
    store<i32>(counts, sum);
    sum += count;
  }
}

/** Each entry goes where its row's pointer stands, and moves it on. */
function placeEntries(
  rowPtr: usize, offsets: usize, rows: i32, cols: i32, rowPtrT: usize, offsetsT: usize, permutation: usize,
): void {
  for (let block = 0; block * CSR_BLOCK < cols; block++) {
    for (let row = 0; row < rows; row++) {
      const ofRow = rowPtrT + rowOffset(row / CSR_BLOCK, block * CSR_BLOCK, cols);
      const pointer = rowPtr + rowOffset(block, row, rows);
      for (let p = load<i32>(pointer); p < load<i32>(pointer, 4); p++) {
        const next = ofRow + columnOffset(offsets, p);
        const position = load<i32>(next);
        store<i32>(next, position + 1);
        store<i32>(offsetsT + wordOffset(position), (row % CSR_BLOCK) * <i32>FEATURE_BYTES);
        store<i32>(permutation + wordOffset(position), p);
      }
    }
  }
}

function pad(offsets: usize, nonzeros: i32): void {
  memory.fill(offsets + wordOffset(nonzeros), 0, wordOffset(CSR_PADDING));
}
