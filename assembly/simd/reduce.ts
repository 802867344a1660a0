/** (v0 + v1) + (v2 + v3). */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** v0 + v1 of f64. */
// @ts-ignore: decorator
@inline
export function sumLanesF64(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** The four vectors' lane sums as one vector, each summed as `sumLanes` does. */
// @ts-ignore: decorator
@inline
export function sumLanesOf4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab02 = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  const ab13 = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  const cd02 = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
  const cd13 = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
  const ab = f32x4.add(ab02, ab13);
  const cd = f32x4.add(cd02, cd13);
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** dst[c][r] = src[r][c] for 4 × 4 f32; strides are bytes between rows. */
// @ts-ignore: decorator
@inline
export function transpose4x4(src: usize, srcStride: usize, dst: usize, dstStride: usize): void {
  const r0 = v128.load(src);
  const r1 = v128.load(src + srcStride);
  const r2 = v128.load(src + 2 * srcStride);
  const r3 = v128.load(src + 3 * srcStride);
  storeTransposed(r0, r1, r2, r3, dst, dstStride);
}

/** dst[c][r] = lane c of vector r. */
// @ts-ignore: decorator
@inline
export function storeTransposed(r0: v128, r1: v128, r2: v128, r3: v128, dst: usize, stride: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(dst, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(dst + stride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(dst + 2 * stride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(dst + 3 * stride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}
