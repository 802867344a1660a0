import { sumLanes, sumLanesOf4 } from "../simd/reduce";
import { ROW } from "../simd/tile";

export function f32_bias_gradient(begin: i32, end: i32, dy: usize, db: usize, features: i32, numTiles: i32): void {
  const tileBytes = <usize>features * ROW;
  let f = begin;
  for (; f + 4 <= end; f += 4) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let row = dy + <usize>f * ROW;
    for (let tile = 0; tile < numTiles; tile++) {
      s0 = f32x4.add(s0, sumRow(row));
      s1 = f32x4.add(s1, sumRow(row + ROW));
      s2 = f32x4.add(s2, sumRow(row + 2 * ROW));
      s3 = f32x4.add(s3, sumRow(row + 3 * ROW));
      row += tileBytes;
    }
    v128.store(db + <usize>f * 4, sumLanesOf4(s0, s1, s2, s3));
  }
  for (; f < end; f++) {
    let s = f32x4.splat(0);
    let row = dy + <usize>f * ROW;
    for (let tile = 0; tile < numTiles; tile++) {
      s = f32x4.add(s, sumRow(row));
      row += tileBytes;
    }
    store<f32>(db + <usize>f * 4, sumLanes(s));
  }
}

/** The 8 vectors of one feature's tokens as one, by halves. */
// @ts-ignore: decorator
@inline
function sumRow(row: usize): v128 {
  const s01 = f32x4.add(v128.load(row), v128.load(row, 16));
  const s23 = f32x4.add(v128.load(row, 32), v128.load(row, 48));
  const s45 = f32x4.add(v128.load(row, 64), v128.load(row, 80));
  const s67 = f32x4.add(v128.load(row, 96), v128.load(row, 112));
  return f32x4.add(f32x4.add(s01, s23), f32x4.add(s45, s67));
}
