import { loadUpTo4, storeUpTo4 } from "../simd/partial";
import { sumLanesOf4 } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";
import { gemmDw1x4, gemmDw2x4, gemmDwCopying2x4 } from "./gemm-dw-micro.generated";

/**
 * Tiles summed in registers before dW is touched, and columns whose tokens then stay in L1, 8·16·128 = 16 KB: with the two rows of dY
 * beside them they leave room in 32 KB, which 32 columns fill.
 */
const TILE_BLOCK: i32 = 8;
const COLUMN_BLOCK: i32 = 16;
/** Rows of a unit of the extent, which is a group of them by a block of columns. */
const ROW_GROUP: i32 = 4;
const VECTORS_PER_TILE: usize = 8;
/** Columns of a panel: [vector of 4 tokens][column]. */
const PANEL: i32 = 4;
/** Bytes of one vector of tokens of all of them. */
const PANEL_BYTES: usize = 64;
// scratch: the sums of two rows by a panel; two rows of dY, tile after tile; the panels.
const ROWS_AT: usize = 2 * PANEL_BYTES;
const PANELS_AT: usize = ROWS_AT + 2 * <usize>TILE_BLOCK * ROW;

export function f32_gemm_dw(
  begin: i32, end: i32,
  dy: usize, x: usize, dw: usize, rows: i32, cols: i32, numTiles: i32, accumulate: i32, scratch: usize,
): void {
  const panels = scratch + PANELS_AT;
  const groups = (rows + ROW_GROUP - 1) / ROW_GROUP;
  for (let tile = 0; tile < numTiles; tile += TILE_BLOCK) {
    const tiles = min(TILE_BLOCK, numTiles - tile);
    for (let unit = begin; unit < end; ) {
      const block = unit / groups;
      const next = min(end, (block + 1) * groups);
      const col = block * COLUMN_BLOCK;
      const width = min(COLUMN_BLOCK, cols - col);
      const top = (unit - block * groups) * ROW_GROUP;
      const bottom = min(rows, (next - block * groups) * ROW_GROUP);
      if (tile == 0 && !accumulate) clear(dw + (<usize>top * <usize>cols + <usize>col) * 4, <usize>cols * 4, width, bottom - top);
      pack(tiles, width, x + (<usize>tile * <usize>cols + <usize>col) * ROW, <usize>cols * ROW, panels);
      for (let row = top; row < bottom; row += 2)
        addRows(
          min(2, bottom - row), width, tiles * <i32>VECTORS_PER_TILE, dy + (<usize>tile * <usize>rows + <usize>row) * ROW,
          <usize>rows * ROW, panels, scratch, dw + (<usize>row * <usize>cols + <usize>col) * 4, <usize>cols * 4,
        );
      unit = next;
    }
  }
}

/** Zeros in `width` columns of some rows. */
function clear(dw: usize, dwStride: usize, width: i32, rows: i32): void {
  for (let row = 0; row < rows; row++, dw += dwStride) memory.fill(dw, 0, <usize>width * 4);
}

/** Some columns of x as panels, the last one filled up with zeros; xStride: bytes of a tile. */
function pack(tiles: i32, width: i32, x: usize, xStride: usize, panels: usize): void {
  for (let col = 0; col < width; col += PANEL) {
    for (let tile = 0; tile < tiles; tile++) {
      const columns = x + <usize>tile * xStride + <usize>col * ROW;
      for (let c = 0; c < PANEL; c++) {
        const column = columns + <usize>c * ROW;
        const target = panels + <usize>c * VECTOR;
        for (let v: usize = 0; v < VECTORS_PER_TILE; v++)
          v128.store(target + v * PANEL_BYTES, col + c < width ? v128.load(column + v * VECTOR) : f32x4.splat(0));
      }
      panels += VECTORS_PER_TILE * PANEL_BYTES;
    }
  }
}

/**
 * One or two rows of dW by `width` columns. Every weight sums its tokens in the same order, whatever block it falls into. The first
 * panel leaves the two rows of dY in scratch for the others: where the rows of dY are a multiple of 32, those of all tiles fall into
 * the same cache sets, and 8 tiles fill them.
 */
function addRows(
  height: i32, width: i32, count: i32, dy: usize, dyStride: usize, panel: usize, scratch: usize, dw: usize, dwStride: usize,
): void {
  for (let col = 0; col < width; col += PANEL, panel += <usize>count * PANEL_BYTES) {
    const isWhole = col + PANEL <= width;
    const target = isWhole ? dw + <usize>col * 4 : 0;
    if (height == 1) gemmDw1x4(count, dy, dyStride, panel, scratch, target, dwStride);
    else if (col == 0) gemmDwCopying2x4(count, dy, dyStride, panel, scratch, target, dwStride, scratch + ROWS_AT);
    else gemmDw2x4(count, scratch + ROWS_AT, 2 * ROW, panel, scratch, target, dwStride);
    if (isWhole) continue;
    for (let r = 0; r < height; r++) addPartOf4(scratch + <usize>r * PANEL_BYTES, dw + <usize>r * dwStride, col, width);
  }
}

/** The columns [col, width) of a panel that reaches beyond them. */
function addPartOf4(sums: usize, dw: usize, col: i32, width: i32): void {
  const sum = sumLanesOf4(v128.load(sums), v128.load(sums, 16), v128.load(sums, 32), v128.load(sums, 48));
  storeUpTo4(dw, col, width, f32x4.add(loadUpTo4(dw, col, width), sum));
}
