import { fma } from "../simd/fma";
import { loadMaskUpTo4, loadUpTo4, storeUpTo4 } from "../simd/partial";

/** m ← momentum·m + scale[0]·grad,  w ← w − hyper[0]·m; masked weights and their moments become 0. */
export function f32_sgd(
  begin: i32, end: i32, w: usize, grad: usize, m: usize, mask: usize, scale: usize, hyper: usize, momentum: f32,
): void {
  const gradientScale = v128.load32_splat(scale);
  const rate = v128.load32_splat(hyper);
  const persistence = f32x4.splat(momentum);
  for (let i = begin; i < end; i += 4) {
    const isKept = loadMaskUpTo4(mask, i, end);
    const g = f32x4.mul(gradientScale, loadUpTo4(grad, i, end));
    const moment = v128.and(isKept, fma(persistence, loadUpTo4(m, i, end), g));
    const updated = f32x4.sub(loadUpTo4(w, i, end), f32x4.mul(rate, moment));
    storeUpTo4(m, i, end, moment);
    storeUpTo4(w, i, end, v128.and(isKept, updated));
  }
}
