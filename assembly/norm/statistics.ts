import { ONE } from "../simd/constants";
import { fma } from "../simd/fma";
import { ROW } from "../simd/tile";

/** Σ_f x[f]/F of 4 tokens. */
// @ts-ignore: decorator
@inline
export function mean(x: usize, features: i32): v128 {
  let sum = f32x4.splat(0);
  for (let f = 0; f < features; f++, x += ROW) sum = f32x4.add(sum, v128.load(x));
  return f32x4.div(sum, f32x4.splat(<f32>features));
}

/** 1/√(Σ_f (x[f] − centre)²/F + ε) of 4 tokens. */
// @ts-ignore: decorator
@inline
export function inverseDeviation(x: usize, centre: v128, features: i32, epsilon: f32): v128 {
  let sum = f32x4.splat(0);
  for (let f = 0; f < features; f++, x += ROW) {
    const d = f32x4.sub(v128.load(x), centre);
    sum = fma(d, d, sum);
  }
  const variance = f32x4.div(sum, f32x4.splat(<f32>features));
  return f32x4.div(v128.load(ONE), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
}

/** 1/√(Σ_f x[f]²/F + ε) of 4 tokens. */
// @ts-ignore: decorator
@inline
export function inverseRms(x: usize, features: i32, epsilon: f32): v128 {
  return inverseDeviation(x, f32x4.splat(0), features, epsilon);
}

/** The vector at an optional address: zeros where it is 0. */
// @ts-ignore: decorator
@inline
export function loadOrZero(address: usize, offset: usize): v128 {
  return address == 0 ? f32x4.splat(0) : v128.load(address + offset);
}
