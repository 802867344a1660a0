import { loadMaskUpTo4, loadUpTo4, storeUpTo4 } from "../simd/partial";
import { addSquares, PARTIAL_CHUNK, sumPair } from "./squares";

/** partials[c] = Σ x² over what the mask keeps of chunk c. */
export function f32_square_sum(begin: i32, end: i32, x: usize, mask: usize, count: i32, partials: usize): void {
  for (let chunk = begin; chunk < end; chunk++) {
    const chunkEnd = min(count, (chunk + 1) * PARTIAL_CHUNK);
    let sums = f64x2.splat(0);
    for (let i = chunk * PARTIAL_CHUNK; i < chunkEnd; i += 4) 
      sums = addSquares(sums, v128.and(loadMaskUpTo4(mask, i, chunkEnd), loadUpTo4(x, i, chunkEnd)));
    store<f64>(partials + ((<usize>chunk) << 3), sumPair(sums));
  }
}

/** x = x brought into [−limit, limit]; NaN stays. */
export function f32_clip_elements(begin: i32, end: i32, x: usize, limit: f32): void {
  const high = f32x4.splat(limit);
  const low = f32x4.splat(-limit);
  for (let i = begin; i < end; i += 4)
    storeUpTo4(x, i, end, f32x4.pmax(f32x4.pmin(loadUpTo4(x, i, end), high), low));
}

/** scale = [min(1, clipNorm/norm), norm],  norm = √Σ partials. */
export function f32_clip_scale(begin: i32, end: i32, partials: usize, count: i32, clipNorm: f32, scale: usize): void {
  if (begin == end) return;
  let sum: f64 = 0;
  for (let c = 0; c < count; c++) sum += load<f64>(partials + ((<usize>c) << 3));
  const norm = sqrt<f64>(sum);
  store<f32>(scale, <f32>min<f64>(1, <f64>clipNorm / norm), 0);
  store<f32>(scale, <f32>norm, 4);
}
