import { transpose4x4 } from "../simd/reduce";

const F32: usize = 4;
/** Bytes of one k in a panel: 4 weights. */
const PANEL_STEP: usize = 16;
/** Rows of W that a pass over all panels touches: each of their cache lines then serves 4 panels. */
const ROWS_PER_PASS: i32 = 32;

export function f32_pack_rows(begin: i32, end: i32, w: usize, rows: i32, cols: i32, packed: usize): void {
  const rowBytes = <usize>cols * F32;
  for (let panel = begin; panel < end; panel++) {
    const src = w + <usize>panel * 4 * rowBytes;
    const dst = packed + <usize>panel * <usize>cols * PANEL_STEP;
    const height = min(4, rows - panel * 4);
    let k = 0;
    if (height == 4)
      for (; k + 4 <= cols; k += 4) transpose4x4(src + <usize>k * F32, rowBytes, dst + <usize>k * PANEL_STEP, PANEL_STEP);
    for (; k < cols; k++) gather(src + <usize>k * F32, rowBytes, height, dst + <usize>k * PANEL_STEP);
  }
}

export function f32_pack_columns(begin: i32, end: i32, w: usize, rows: i32, cols: i32, packed: usize): void {
  const rowBytes = <usize>cols * F32;
  for (let top = 0; top < rows; top += ROWS_PER_PASS) {
    const bottom = min(rows, top + ROWS_PER_PASS);
    for (let panel = begin; panel < end; panel++) {
      const src = w + <usize>panel * PANEL_STEP;
      const dst = packed + <usize>panel * <usize>rows * PANEL_STEP;
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
