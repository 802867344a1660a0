import { fma } from "../simd/fma";
import { sumLanes, sumLanesOf4 } from "../simd/reduce";
import { CSR_BLOCK, FEATURE_BYTES, rowOffset, tileOffset, wordOffset } from "./format";
import { touch } from "./touch";

/**
 * Weight gradient at the non-zeros only (sampled dense × dense product):
 *
 *   dValues[p] = Σ_t dY[row(p), t]·X[col(p), t]
 *
 * Shapes    dy tiles (nt, rows) · x tiles (nt, cols) · dValues at the non-zeros of units [begin, end), overwritten; unit
 *           block·rows + row is a row of a column block
 * Rounding  each entry adds up its tiles in order, a tile as `dot` and `sumLanes` do: the same bits for any split of the
 *           units and whatever the other entries
 */
export function f32_sddmm_csr(
  begin: i32, end: i32,
  rowPtr: usize, offsets: usize, dy: usize, x: usize, dValues: usize, rows: i32, cols: i32, numTiles: i32,
): void {
  if (begin == end) return;
  const firstBlock = begin / rows;
  const lastBlock = (end - 1) / rows;
  clear(begin, end, rowPtr, dValues, rows);
  for (let tile = 0; tile < numTiles; tile++) {
    const dRows = dy + tileOffset(tile, rows);
    for (let block = firstBlock; block <= lastBlock; block++) {
      const slab = x + tileOffset(tile, cols) + <usize>(block * CSR_BLOCK) * FEATURE_BYTES;
      const top = max(begin - block * rows, 0);
      const bottom = min(end - block * rows, rows);
      if (touch(slab, min(CSR_BLOCK, cols - block * CSR_BLOCK)) < 0) return;
      addBlock(rowPtr + rowOffset(block, top, rows), offsets, dRows + <usize>top * FEATURE_BYTES, slab, dValues, bottom - top);
    }
  }
}

/** Zeros at the non-zeros of the units [begin, end), which lie together. */
function clear(begin: i32, end: i32, rowPtr: usize, dValues: usize, rows: i32): void {
  const last = end - 1;
  const from = wordOffset(load<i32>(rowPtr + rowOffset(begin / rows, begin % rows, rows)));
  const to = wordOffset(load<i32>(rowPtr + rowOffset(last / rows, last % rows + 1, rows)));
  memory.fill(dValues + from, 0, to - from);
}

/**
 * One column block of one tile. A row of dY stays in 8 registers; non-zeros go in groups of four counted from the row's
 * first, so that one transposed sum and one store serve four. Both come a group late, between two dot products of the next,
 * which hides their latency; offsets are read a group ahead (CSR_PADDING).
 */
function addBlock(rowPtr: usize, offsets: usize, dRow: usize, slab: usize, dValues: usize, rows: i32): void {
  const toValues = dValues - offsets;
  let p = offsets + wordOffset(load<i32>(rowPtr));
  for (let row = 0; row < rows; row++) {
    rowPtr += 4;
    const rowEnd = offsets + wordOffset(load<i32>(rowPtr));
    const groupsEnd = p + ((rowEnd - p) & ~15);
    const d0 = v128.load(dRow, 0);
    const d1 = v128.load(dRow, 16);
    const d2 = v128.load(dRow, 32);
    const d3 = v128.load(dRow, 48);
    const d4 = v128.load(dRow, 64);
    const d5 = v128.load(dRow, 80);
    const d6 = v128.load(dRow, 96);
    const d7 = v128.load(dRow, 112);
    if (p < groupsEnd) {
      let next0 = load<usize>(p, 0), next1 = load<usize>(p, 4), next2 = load<usize>(p, 8), next3 = load<usize>(p, 12);
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      let late = p + toValues; // the first late sum adds 0
      while (true) {
        const x0 = slab + next0, x1 = slab + next1, x2 = slab + next2, x3 = slab + next3;
        next0 = load<usize>(p, 16);
        next1 = load<usize>(p, 20);
        next2 = load<usize>(p, 24);
        next3 = load<usize>(p, 28);
        const first = dot(d0, d1, d2, d3, d4, d5, d6, d7, x0);
        v128.store(late, f32x4.add(v128.load(late), sumLanesOf4(s0, s1, s2, s3)));
        late = p + toValues;
        s0 = first;
        if (p == 0) break; // never, as below: keeps TurboFan from hoisting all loads, which would spill
        s1 = dot(d0, d1, d2, d3, d4, d5, d6, d7, x1);
        if (p == 0) break;
        s2 = dot(d0, d1, d2, d3, d4, d5, d6, d7, x2);
        if (p == 0) break;
        s3 = dot(d0, d1, d2, d3, d4, d5, d6, d7, x3);
        p += 16;
        if (p == groupsEnd) break;
      }
      v128.store(late, f32x4.add(v128.load(late), sumLanesOf4(s0, s1, s2, s3)));
    }
    for (; p < rowEnd; p += 4) {
      const sum = sumLanes(dot(d0, d1, d2, d3, d4, d5, d6, d7, slab + load<usize>(p)));
      store<f32>(p + toValues, load<f32>(p + toValues) + sum);
    }
    dRow += FEATURE_BYTES;
  }
}

/** Lane-wise Σ dⱼ·xⱼ over a tile's 8 vectors: pairs, then a balanced tree. */
// @ts-ignore: decorator
@inline
function dot(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, d6: v128, d7: v128, x: usize): v128 {
  const s01 = fma(d1, v128.load(x, 16), f32x4.mul(d0, v128.load(x, 0)));
  const s23 = fma(d3, v128.load(x, 48), f32x4.mul(d2, v128.load(x, 32)));
  const s0123 = f32x4.add(s01, s23);
  const s45 = fma(d5, v128.load(x, 80), f32x4.mul(d4, v128.load(x, 64)));
  const s67 = fma(d7, v128.load(x, 112), f32x4.mul(d6, v128.load(x, 96)));
  return f32x4.add(s0123, f32x4.add(s45, s67));
}
