/** Elements of one f64 partial sum (src/kernels/registry.ts): the same order of summation whatever the thread count. */
export const PARTIAL_CHUNK: i32 = 4096;

/** Two f64 sums, of lanes 0 and 2 and of lanes 1 and 3, plus x². The squares are exact. */
// @ts-ignore: decorator
@inline
export function addSquares(sums: v128, x: v128): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 0));
  return f64x2.add(sums, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
}

// @ts-ignore: decorator
@inline
export function sumPair(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
