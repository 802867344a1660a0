import { fma } from "../simd/fma";
import { loadMaskUpTo4, loadUpTo4, storeUpTo4 } from "../simd/partial";
import { addSquares, PARTIAL_CHUNK, sumPair } from "./squares";

/**
 * v ← β2·v + (1−β2)·(g² + ε),  grad ← u = g/√v,  partials[2c], [2c+1] = Σ u², Σ w² over chunk c;  g = scale[0]·grad, β2 = hyper[1]
 *
 * Masked: v and u become 0, and w does not count.
 * Source    unfactored second moment of the paper's T5 runs (arXiv 2309.08520, section 3)
 */
export function f32_adafactor_moment(
  begin: i32, end: i32,
  w: usize, grad: usize, v: usize, mask: usize, scale: usize, hyper: usize, epsilon: f32, count: i32, partials: usize,
): void {
  const gradientScale = v128.load32_splat(scale);
  const beta2 = load<f32>(hyper, 4);
  const keep = f32x4.splat(beta2);
  const take = f32x4.splat(1 - beta2);
  const floor = f32x4.splat(epsilon);
  for (let chunk = begin; chunk < end; chunk++) {
    const chunkEnd = min(count, (chunk + 1) * PARTIAL_CHUNK);
    let updateSum = f64x2.splat(0);
    let weightSum = f64x2.splat(0);
    for (let i = chunk * PARTIAL_CHUNK; i < chunkEnd; i += 4) {
      const isKept = loadMaskUpTo4(mask, i, chunkEnd);
      const g = f32x4.mul(gradientScale, loadUpTo4(grad, i, chunkEnd));
      const moment = fma(keep, loadUpTo4(v, i, chunkEnd), f32x4.mul(take, fma(g, g, floor)));
      storeUpTo4(v, i, chunkEnd, v128.and(isKept, moment));
      const update = v128.and(isKept, f32x4.div(g, f32x4.sqrt(moment)));
      storeUpTo4(grad, i, chunkEnd, update);
      updateSum = addSquares(updateSum, update);
      weightSum = addSquares(weightSum, v128.and(isKept, loadUpTo4(w, i, chunkEnd)));
    }
    store<f64>(partials + ((<usize>chunk) << 4), sumPair(updateSum), 0);
    store<f64>(partials + ((<usize>chunk) << 4), sumPair(weightSum), 8);
  }
}

/** step[0] = lr·max(minScale, RMS(w))/max(1, RMS(u)/clipThreshold), lr = hyper[0], both RMS over the non-zero weights only. */
export function f32_adafactor_step(
  begin: i32, end: i32,
  partials: usize, chunks: i32, nonzeros: i32, hyper: usize, minScale: f32, clipThreshold: f32, step: usize,
): void {
  if (begin == end) return;
  let updateSum: f64 = 0;
  let weightSum: f64 = 0;
  for (let c = 0; c < chunks; c++) {
    updateSum += load<f64>(partials + ((<usize>c) << 4), 0);
    weightSum += load<f64>(partials + ((<usize>c) << 4), 8);
  }
  const weightRms = sqrt<f64>(weightSum / <f64>nonzeros);
  const updateRms = sqrt<f64>(updateSum / <f64>nonzeros);
  const rate = <f64>load<f32>(hyper) * max<f64>(<f64>minScale, weightRms);
  store<f32>(step, <f32>(rate / max<f64>(1, updateRms / <f64>clipThreshold)));
}

/** w ← w − step[0]·u, 0 where masked. */
export function f32_adafactor_apply(begin: i32, end: i32, w: usize, update: usize, mask: usize, step: usize): void {
  const rate = v128.load32_splat(step);
  for (let i = begin; i < end; i += 4) {
    const updated = f32x4.sub(loadUpTo4(w, i, end), f32x4.mul(rate, loadUpTo4(update, i, end)));
    storeUpTo4(w, i, end, v128.and(loadMaskUpTo4(mask, i, end), updated));
  }
}
