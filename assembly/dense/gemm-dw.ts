import { ROW } from "../simd/tile";
import { gemmDw1x1, gemmDw1x4, gemmDw2x1, gemmDw2x4 } from "./gemm-dw-micro.generated";

/** Tiles summed in registers before dW is touched, and columns whose tokens then stay in L1: 8·32·128 = 32 KB. */
const TILE_BLOCK: i32 = 8;
const COLUMN_BLOCK: i32 = 32;
const VECTORS_PER_TILE: i32 = 8;

export function f32_gemm_dw(
  begin: i32, end: i32, dy: usize, x: usize, dw: usize, rows: i32, cols: i32, numTiles: i32, accumulate: i32,
): void {
  if (!accumulate) memory.fill(dw + <usize>begin * <usize>cols * 4, 0, <usize>(end - begin) * <usize>cols * 4);
  for (let tile = 0; tile < numTiles; tile += TILE_BLOCK) {
    const count = min(TILE_BLOCK, numTiles - tile) * VECTORS_PER_TILE;
    for (let col = 0; col < cols; col += COLUMN_BLOCK) {
      const colEnd = min(cols, col + COLUMN_BLOCK);
      for (let row = begin; row < end; row += 2)
        addRows(
          min(2, end - row), count, dy + (<usize>tile * <usize>rows + <usize>row) * ROW, <usize>rows * ROW,
          x + <usize>tile * <usize>cols * ROW, <usize>cols * ROW, dw + <usize>row * <usize>cols * 4, col, colEnd,
        );
    }
  }
}

/** Columns [col, colEnd) of one or two rows of dW. Every weight sums its tokens in the same order, whatever block it falls into. */
function addRows(
  height: i32, count: i32, dy: usize, dyStride: usize, x: usize, xStride: usize, dw: usize, col: i32, colEnd: i32,
): void {
  const dwStride = xStride / 32;
  x += <usize>col * ROW;
  dw += <usize>col * 4;
  for (; col + 4 <= colEnd; col += 4) {
    if (height == 2) gemmDw2x4(count, dy, dyStride, x, xStride, dw, dwStride);
    else gemmDw1x4(count, dy, dyStride, x, xStride, dw, dwStride);
    x += 4 * ROW;
    dw += 16;
  }
  for (; col < colEnd; col++) {
    if (height == 2) gemmDw2x1(count, dy, dyStride, x, xStride, dw, dwStride);
    else gemmDw1x1(count, dy, dyStride, x, xStride, dw, dwStride);
    x += ROW;
    dw += 4;
  }
}
