// Vectors of any array length: four lanes, fewer at the end, and nothing beyond it is read or written.

/** Elements [i, min(i + 4, end)) of x; missing lanes are 0. */
// @ts-ignore: decorator
@inline
export function loadUpTo4(x: usize, i: i32, end: i32): v128 {
  x += (<usize>i) << 2;
  if (i + 4 <= end) return v128.load(x);
  let v = v128.load32_zero(x);
  if (i + 1 < end) v = v128.load_lane<f32>(x, v, 1, 4);
  if (i + 2 < end) v = v128.load_lane<f32>(x, v, 2, 8);
  return v;
}

/** Elements [i, min(i + 4, end)) of y become the first lanes of v. */
// @ts-ignore: decorator
@inline
export function storeUpTo4(y: usize, i: i32, end: i32, v: v128): void {
  y += (<usize>i) << 2;
  if (i + 4 <= end) {
    v128.store(y, v);
    return;
  }
  v128.store_lane<f32>(y, v, 0);
  if (i + 1 < end) v128.store_lane<f32>(y, v, 1, 4);
  if (i + 2 < end) v128.store_lane<f32>(y, v, 2, 8);
}

/** All ones in the lanes of [i, min(i + 4, end)) whose mask byte is not 0 (all of them without a mask), 0 in the others. */
// @ts-ignore: decorator
@inline
export function loadMaskUpTo4(mask: usize, i: i32, end: i32): v128 {
  if (mask == 0) return i + 4 <= end ? i32x4.splat(-1) : i32x4.gt_s(i32x4.splat(end - i), i32x4(0, 1, 2, 3));
  mask += <usize>i;
  let bytes = i32x4.splat(0);
  if (i + 4 <= end) bytes = v128.load32_zero(mask);
  else {
    bytes = v128.load_lane<u8>(mask, bytes, 0);
    if (i + 1 < end) bytes = v128.load_lane<u8>(mask, bytes, 1, 1);
    if (i + 2 < end) bytes = v128.load_lane<u8>(mask, bytes, 2, 2);
  }
  const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  return i32x4.ne(words, i32x4.splat(0));
}

/** f64 elements [i, min(i + 2, end)) of x; a missing lane is 0. */
// @ts-ignore: decorator
@inline
export function loadUpTo2(x: usize, i: i32, end: i32): v128 {
  x += (<usize>i) << 3;
  return i + 2 <= end ? v128.load(x) : v128.load64_zero(x);
}

/** f64 elements [i, min(i + 2, end)) of y become the first lanes of v. */
// @ts-ignore: decorator
@inline
export function storeUpTo2(y: usize, i: i32, end: i32, v: v128): void {
  y += (<usize>i) << 3;
  if (i + 2 <= end) v128.store(y, v);
  else v128.store_lane<f64>(y, v, 0);
}
