import { ROW, VECTOR } from "../simd/tile";
import { gemm1x32, gemm4x8, gemm6x8 } from "./gemm-micro.generated";

/** Values of k summed before the next rows are begun: the panel's 4 KB and, nearly, the tile's slab of x stay in L1. */
const K_BLOCK: i32 = 256;
/** Token tiles that share one pass over the panels, which halves what wide layers read of them from L2 or beyond. */
const TILES_PER_PASS: i32 = 2;

export function f32_gemm(
  begin: i32, end: i32, packed: usize, x: usize, bias: usize, addend: usize, y: usize, rows: i32, cols: i32,
): void {
  const xTile = <usize>cols * ROW;
  const yTile = <usize>rows * ROW;
  for (let first = begin; first < end; first += TILES_PER_PASS) {
    const last = min(end, first + TILES_PER_PASS);
    for (let k = 0; k < cols; k += K_BLOCK) {
      const count = min(K_BLOCK, cols - k);
      let row = 0;
      if (ASC_FEATURE_RELAXED_SIMD) {
        for (; row + 12 <= rows; row += 12) {
          const panel = packed + (<usize>row * <usize>cols + <usize>k * 4) * 4;
          for (let tile = first; tile < last; tile++) {
            const offset = <usize>tile * yTile + <usize>row * ROW;
            if (k == 0) startRows(12, bias ? bias + <usize>row * 4 : 0, addend ? addend + offset : 0, y + offset);
            addThreePanels(count, panel, <usize>cols * VECTOR, x + <usize>tile * xTile + <usize>k * ROW, y + offset);
          }
        }
      }
      for (; row < rows; row += 4) {
        const height = min(4, rows - row);
        const panel = packed + (<usize>row * <usize>cols + <usize>k * 4) * 4;
        for (let tile = first; tile < last; tile++) {
          const offset = <usize>tile * yTile + <usize>row * ROW;
          if (k == 0) startRows(height, bias ? bias + <usize>row * 4 : 0, addend ? addend + offset : 0, y + offset);
          addPanel(height, count, panel, x + <usize>tile * xTile + <usize>k * ROW, y + offset);
        }
      }
    }
  }
}

/** y = (0 + bias) + addend: the first terms of each output's one chain of additions. From 0, as f32_spmm_csr: a bias of −0 becomes 0. */
function startRows(height: i32, bias: usize, addend: usize, y: usize): void {
  for (let r = 0; r < height; r++) {
    let start = f32x4.splat(0);
    if (bias) start = f32x4.add(start, v128.load32_splat(bias + <usize>r * 4));
    for (let at = <usize>r * ROW, stop = at + ROW; at < stop; at += VECTOR)
      v128.store(y + at, addend ? f32x4.add(start, v128.load(addend + at)) : start);
  }
}

/** y += panel·x over one tile. */
function addPanel(height: i32, count: i32, panel: usize, x: usize, y: usize): void {
  if (height == 4) for (let strip: usize = 0; strip < ROW; strip += 2 * VECTOR) gemm4x8(count, panel, x + strip, y + strip);
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
