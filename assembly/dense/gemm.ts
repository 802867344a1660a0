import { ROW, VECTOR } from "../simd/tile";
import { gemm1x32, gemm2x16, gemm6x8 } from "./gemm-micro.generated";
import { K_BLOCK, PANEL_STEP, panelAt } from "./panels";

/** Rows whose panels of one block of k, 126 KB, stay in L2 while several tiles are multiplied with them; whole 4s and 12s. */
const ROW_BLOCK: i32 = 252;
/** Token tiles that share one pass over the panels, which then are read from beyond L2 once for 128 tokens. */
const TILES_PER_PASS: i32 = 4;

export function f32_gemm(
  begin: i32, end: i32, packed: usize, x: usize, bias: usize, addend: usize, y: usize, rows: i32, cols: i32,
): void {
  for (let first = begin; first < end; first += TILES_PER_PASS) {
    const last = min(end, first + TILES_PER_PASS);
    for (let top = 0; top < rows; top += ROW_BLOCK) {
      const bottom = min(rows, top + ROW_BLOCK);
      for (let k = 0; k < cols; k += K_BLOCK) {
        const count = min(K_BLOCK, cols - k);
        const panels = panelAt(packed, rows, k, count, 0);
        for (let tile = first; tile < last; tile++) {
          const slab = x + (<usize>tile * <usize>cols + <usize>k) * ROW;
          const offset = <usize>tile * <usize>rows * ROW;
          addBlock(k == 0, top, bottom, count, panels, slab, bias, addend ? addend + offset : 0, y + offset);
        }
      }
    }
  }
}

/** y += W·x for the rows [top, bottom) of W and `count` of its columns, in one tile; of the first columns, begun with bias and addend. */
function addBlock(
  isFirst: bool, top: i32, bottom: i32, count: i32, panels: usize, x: usize, bias: usize, addend: usize, y: usize,
): void {
  const panelBytes = <usize>count * PANEL_STEP;
  let row = top;
  if (ASC_FEATURE_RELAXED_SIMD) {
    for (; row + 12 <= bottom; row += 12) {
      if (isFirst) startRows(row, 12, bias, addend, y);
      addThreePanels(count, panels + <usize>(row >> 2) * panelBytes, panelBytes, x, y + <usize>row * ROW);
    }
  }
  for (; row < bottom; row += 4) {
    const height = min(4, bottom - row);
    if (isFirst) startRows(row, height, bias, addend, y);
    addPanel(height, count, panels + <usize>(row >> 2) * panelBytes, x, y + <usize>row * ROW);
  }
}

/** y = (0 + bias) + addend: the first terms of each output's one chain of additions. From 0, as f32_spmm_csr: a bias of −0 becomes 0. */
function startRows(first: i32, height: i32, bias: usize, addend: usize, y: usize): void {
  for (let row = first; row < first + height; row++) {
    let start = f32x4.splat(0);
    if (bias) start = f32x4.add(start, v128.load32_splat(bias + <usize>row * 4));
    for (let at = <usize>row * ROW, stop = at + ROW; at < stop; at += VECTOR)
      v128.store(y + at, addend ? f32x4.add(start, v128.load(addend + at)) : start);
  }
}

/** y += panel·x over one tile; 4 rows in blocks of 2 by 16 tokens, which are whole cache lines of x. */
function addPanel(height: i32, count: i32, panel: usize, x: usize, y: usize): void {
  if (height == 4)
    for (let strip: usize = 0; strip < ROW; strip += 4 * VECTOR) {
      gemm2x16(count, panel, x + strip, y + strip);
      gemm2x16(count, panel + 8, x + strip, y + strip + 2 * ROW);
    }
  else for (let r = 0; r < height; r++) gemm1x32(count, panel + <usize>r * 4, x, y + <usize>r * ROW);
}

/** Three panels of 4 rows, `stride` bytes apart, as two blocks of 6: the middle one is shared between them. */
function addThreePanels(count: i32, panel: usize, stride: usize, x: usize, y: usize): void {
  const middle = panel + stride;
  for (let strip: usize = 0; strip < ROW; strip += 2 * VECTOR) {
    gemm6x8(count, panel, middle, x + strip, y + strip, y + 4 * ROW + strip);
    gemm6x8(count, middle + stride, middle + 8, x + strip, y + 8 * ROW + strip, y + 6 * ROW + strip);
  }
}
