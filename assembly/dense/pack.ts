import { transpose4x4 } from "../simd/reduce";
import { K_BLOCK, PANEL_STEP, panelAt } from "./panels";

const F32: usize = 4;
/** Rows of W that a pass over all panels touches: each of their cache lines then serves 4 panels. Whole passes make a block. */
const ROWS_PER_PASS: i32 = 32;

export function f32_pack_rows(begin: i32, end: i32, w: usize, rows: i32, cols: i32, packed: usize): void {
  const rowBytes = <usize>cols * F32;
  for (let panel = begin; panel < end; panel++) {
    const height = min(4, rows - panel * 4);
    for (let first = 0; first < cols; first += K_BLOCK) {
      const count = min(K_BLOCK, cols - first);
      const src = w + <usize>panel * 4 * rowBytes + <usize>first * F32;
      const dst = panelAt(packed, rows, first, count, panel);
      let k = 0;
      if (height == 4)
        for (; k + 4 <= count; k += 4) transpose4x4(src + <usize>k * F32, rowBytes, dst + <usize>k * PANEL_STEP, PANEL_STEP);
      for (; k < count; k++) gather(src + <usize>k * F32, rowBytes, height, dst + <usize>k * PANEL_STEP);
    }
  }
}

export function f32_pack_columns(begin: i32, end: i32, w: usize, rows: i32, cols: i32, packed: usize): void {
  const rowBytes = <usize>cols * F32;
  for (let top = 0; top < rows; top += ROWS_PER_PASS) {
    const bottom = min(rows, top + ROWS_PER_PASS);
    const first = top - (top % K_BLOCK);
    const count = min(K_BLOCK, rows - first);
    for (let panel = begin; panel < end; panel++) {
      const src = w + <usize>panel * PANEL_STEP;
      const dst = panelAt(packed, cols, first, count, panel) - <usize>first * PANEL_STEP;
      const width = min(4, cols - panel * 4);
      if (width == 4)
        for (let k = top; k < bottom; k++) v128.store(dst + <usize>k * PANEL_STEP, v128.load(src + <usize>k * rowBytes));
      else for (let k = top; k < bottom; k++) gather(src + <usize>k * rowBytes, F32, width, dst + <usize>k * PANEL_STEP);
    }
  }
}

/** Copies `count` of 4 weights that stand `stride` bytes apart and fills up with zeros. */
function gather(src: usize, stride: usize, count: i32, dst: usize): void {
  for (let i = 0; i < 4; i++) store<f32>(dst + <usize>i * F32, i < count ? load<f32>(src + <usize>i * stride) : 0);
}
