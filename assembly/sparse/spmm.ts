import { fma } from "../simd/fma";
import { CSR_BLOCK, FEATURE_BYTES, rowOffset, tileOffset, wordOffset } from "./format";
import { touch } from "./touch";

/**
 * Sparse × dense product:  Y = W·X + bias + addend, one token tile after the other.
 *
 *   Y[o, t] = ((0 + bias[o]) + addend[o, t]) + values[p]·X[col(p), t] + …, p ascending in row o
 *
 * Shapes    W (rows, cols) in blocked CSR (see the registry) · x tiles (nt, cols) · bias (rows) · addend, y tiles (nt, rows);
 *           y is overwritten and may be addend
 * Rounding  one chain in ascending column order for each output: the bits of f32_gemm, for any split of the tiles
 * Source    loop order of XNNPACK f32-spmm (splat a weight, stream the tokens)
 */
export function f32_spmm_csr(
  begin: i32, end: i32,
  rowPtr: usize, offsets: usize, values: usize, x: usize, bias: usize, addend: usize, y: usize, rows: i32, cols: i32,
): void {
  for (let tile = begin; tile < end; tile++) {
    let slab = x + tileOffset(tile, cols);
    const out = y + tileOffset(tile, rows);
    const start = addend ? addend + tileOffset(tile, rows) : 0;
    for (let block = 0; block * CSR_BLOCK < cols; block++) {
      const width = min(CSR_BLOCK, cols - block * CSR_BLOCK);
      if (touch(slab, width) < 0) return;
      addBlock(rowPtr + rowOffset(block, 0, rows), offsets, values, slab, rows, block == 0, bias, start, out);
      slab += <usize>width * FEATURE_BYTES;
    }
  }
}

/**
 * One column block of one tile: 8 accumulators hold a row's 32 tokens; the first block starts them, later ones go on from y.
 * The next non-zero's offset is read one step ahead, over row ends too (CSR_PADDING).
 */
function addBlock(
  rowPtr: usize, offsets: usize, values: usize, slab: usize, rows: i32, isFirst: bool, bias: usize, addend: usize, y: usize,
): void {
  const toValues = values - offsets;
  let p = offsets + wordOffset(load<i32>(rowPtr));
  let next = load<usize>(p);
  for (let row = 0; row < rows; row++) {
    rowPtr += 4;
    const rowEnd = offsets + wordOffset(load<i32>(rowPtr));
    let y0 = f32x4.splat(0), y1 = y0, y2 = y0, y3 = y0, y4 = y0, y5 = y0, y6 = y0, y7 = y0;
    if (!isFirst) {
      y0 = v128.load(y, 0);
      y1 = v128.load(y, 16);
      y2 = v128.load(y, 32);
      y3 = v128.load(y, 48);
      y4 = v128.load(y, 64);
      y5 = v128.load(y, 80);
      y6 = v128.load(y, 96);
      y7 = v128.load(y, 112);
    } else {
      if (bias) {
        y0 = f32x4.add(y0, v128.load32_splat(bias));
        bias += 4;
      }
      y1 = y2 = y3 = y4 = y5 = y6 = y7 = y0;
      if (addend) {
        y0 = f32x4.add(y0, v128.load(addend, 0));
        y1 = f32x4.add(y1, v128.load(addend, 16));
        y2 = f32x4.add(y2, v128.load(addend, 32));
        y3 = f32x4.add(y3, v128.load(addend, 48));
        y4 = f32x4.add(y4, v128.load(addend, 64));
        y5 = f32x4.add(y5, v128.load(addend, 80));
        y6 = f32x4.add(y6, v128.load(addend, 96));
        y7 = f32x4.add(y7, v128.load(addend, 112));
        addend += FEATURE_BYTES;
      }
    }
    if (p < rowEnd) {
      while (true) {
        const x = slab + next;
        next = load<usize>(p, 4);
        const w = v128.load32_splat(p + toValues);
        y0 = fma(w, v128.load(x, 0), y0);
        y1 = fma(w, v128.load(x, 16), y1);
        y2 = fma(w, v128.load(x, 32), y2);
        y3 = fma(w, v128.load(x, 48), y3);
        if (p == 0) break; // never: keeps TurboFan from hoisting all loads, which would spill
        y4 = fma(w, v128.load(x, 64), y4);
        y5 = fma(w, v128.load(x, 80), y5);
        y6 = fma(w, v128.load(x, 96), y6);
        y7 = fma(w, v128.load(x, 112), y7);
        p += 4;
        if (p == rowEnd) break;
      }
    }
    v128.store(y, y0, 0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
    v128.store(y, y4, 64);
    v128.store(y, y5, 80);
    v128.store(y, y6, 96);
    v128.store(y, y7, 112);
    y += FEATURE_BYTES;
  }
}
