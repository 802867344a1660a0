import { loadMaskUpTo4, loadUpTo4, storeUpTo4 } from "../simd/partial";

/** w[i] = mask[i] ? w[i] : 0. */
export function f32_apply_mask(begin: i32, end: i32, mask: usize, w: usize): void {
  for (let i = begin; i < end; i += 4) {
    storeUpTo4(w, i, end, v128.and(loadUpTo4(w, i, end), loadMaskUpTo4(mask, i, end)));
  }
}
