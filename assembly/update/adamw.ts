import { fma } from "../simd/fma";
import { loadMaskUpTo4, loadUpTo4, storeUpTo4 } from "../simd/partial";

/**
 * m ← β1·m + (1−β1)·g,  v ← β2·v + (1−β2)·g²,  w ← w − lr·(m̂/(√v̂ + ε) + decay·w),  g = scale[0]·grad
 *
 * hyper: lr, 1/(1−β1ᵗ), 1/(1−β2ᵗ). Masked weights and their moments become 0.
 */
export function f32_adamw(
  begin: i32, end: i32,
  w: usize, grad: usize, m: usize, v: usize, mask: usize, scale: usize, hyper: usize,
  beta1: f32, beta2: f32, epsilon: f32, decay: f32,
): void {
  const gradientScale = v128.load32_splat(scale);
  const rate = v128.load32_splat(hyper, 0);
  const correction1 = v128.load32_splat(hyper, 4);
  const correction2 = v128.load32_splat(hyper, 8);
  const keep1 = f32x4.splat(beta1);
  const take1 = f32x4.splat(1 - beta1);
  const keep2 = f32x4.splat(beta2);
  const take2 = f32x4.splat(1 - beta2);
  const floor = f32x4.splat(epsilon);
  const shrink = f32x4.splat(decay);
  for (let i = begin; i < end; i += 4) {
    const isKept = loadMaskUpTo4(mask, i, end);
    const g = f32x4.mul(gradientScale, loadUpTo4(grad, i, end));
    const moment1 = v128.and(isKept, fma(keep1, loadUpTo4(m, i, end), f32x4.mul(take1, g)));
    const moment2 = v128.and(isKept, fma(keep2, loadUpTo4(v, i, end), f32x4.mul(take2, f32x4.mul(g, g))));
    const root = f32x4.sqrt(f32x4.mul(moment2, correction2));
    const step = f32x4.div(f32x4.mul(moment1, correction1), f32x4.add(root, floor));
    const weight = loadUpTo4(w, i, end);
    const updated = f32x4.sub(weight, f32x4.mul(rate, fma(shrink, weight, step)));
    storeUpTo4(m, i, end, moment1);
    storeUpTo4(v, i, end, moment2);
    storeUpTo4(w, i, end, v128.and(isKept, updated));
  }
}
