/** Sums over the features of 16 tokens: one cache line a row, and four chains of additions that overlap. */
import { ONE } from "../simd/constants";
import { fma } from "../simd/fma";
import { ROW } from "../simd/tile";

/** Bytes of a row's 16 tokens. */
export const STRIP: usize = 64;

/** mean[t] = Σ_f x[f][t]/F. */
export function storeMeans(x: usize, mean: usize, features: i32): void {
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (let f = 0; f < features; f++, x += ROW) {
    sum0 = f32x4.add(sum0, v128.load(x));
    sum1 = f32x4.add(sum1, v128.load(x, 16));
    sum2 = f32x4.add(sum2, v128.load(x, 32));
    sum3 = f32x4.add(sum3, v128.load(x, 48));
  }
  const count = f32x4.splat(<f32>features);
  v128.store(mean, f32x4.div(sum0, count));
  v128.store(mean, f32x4.div(sum1, count), 16);
  v128.store(mean, f32x4.div(sum2, count), 32);
  v128.store(mean, f32x4.div(sum3, count), 48);
}

/** rstd[t] = 1/√(Σ_f (x[f][t] − mean[t])²/F + ε); where the address of the mean is 0, the mean is. */
export function storeInverseDeviations(x: usize, mean: usize, rstd: usize, features: i32, epsilon: f32): void {
  const mean0 = loadOrZero(mean, 0);
  const mean1 = loadOrZero(mean, 16);
  const mean2 = loadOrZero(mean, 32);
  const mean3 = loadOrZero(mean, 48);
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (let f = 0; f < features; f++, x += ROW) {
    const d0 = f32x4.sub(v128.load(x), mean0);
    sum0 = fma(d0, d0, sum0);
    const d1 = f32x4.sub(v128.load(x, 16), mean1);
    sum1 = fma(d1, d1, sum1);
    const d2 = f32x4.sub(v128.load(x, 32), mean2);
    sum2 = fma(d2, d2, sum2);
    const d3 = f32x4.sub(v128.load(x, 48), mean3);
    sum3 = fma(d3, d3, sum3);
  }
  v128.store(rstd, inverseRoot(sum0, features, epsilon));
  v128.store(rstd, inverseRoot(sum1, features, epsilon), 16);
  v128.store(rstd, inverseRoot(sum2, features, epsilon), 32);
  v128.store(rstd, inverseRoot(sum3, features, epsilon), 48);
}

/** 1/√(sum/F + ε). */
// @ts-ignore: decorator
@inline
function inverseRoot(sum: v128, features: i32, epsilon: f32): v128 {
  const mean = f32x4.div(sum, f32x4.splat(<f32>features));
  return f32x4.div(v128.load(ONE), f32x4.sqrt(f32x4.add(mean, f32x4.splat(epsilon))));
}

/** The vector at base + offset; zeros where the base is absent. */
// @ts-ignore: decorator
@inline
export function loadOrZero(base: usize, offset: usize): v128 {
  return base == 0 ? f32x4.splat(0) : v128.load(base + offset);
}
