/** LayerNorm without its mean; see layernorm.ts. */
import { fma } from "../simd/fma";
import { sumLanes } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";
import { inverseRms, loadOrZero } from "./statistics";

export function f32_rmsnorm(
  begin: i32, end: i32,
  x: usize, gain: usize, y: usize, stats: usize, features: i32, epsilon: f32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let column: usize = 0; column < ROW; column += VECTOR) {
      const at = tile * tileBytes + column;
      const rstd = inverseRms(x + at, features, epsilon);
      v128.store(stats + tile * ROW + column, rstd);
      scale(x + at, rstd, gain, y + at, features);
    }
  }
}

// @ts-ignore: decorator
@inline
function scale(x: usize, rstd: v128, gain: usize, y: usize, features: i32): void {
  for (let f = 0; f < features; f++, x += ROW, y += ROW, gain += 4)
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x), rstd), v128.load32_splat(gain)));
}

/** dx = addend + rstd·(g − x̂·mean(g∘x̂)) with x̂ = x·rstd and g = dy∘gain. */
export function f32_rmsnorm_dx(
  begin: i32, end: i32,
  x: usize, gain: usize, stats: usize, dy: usize, addend: usize, dx: usize, features: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let column: usize = 0; column < ROW; column += VECTOR) {
      const at = tile * tileBytes + column;
      const rstd = v128.load(stats + tile * ROW + column);
      inputGradient(x + at, gain, rstd, dy + at, addend == 0 ? 0 : addend + at, dx + at, features);
    }
  }
}

// @ts-ignore: decorator
@inline
function inputGradient(x: usize, gain: usize, rstd: v128, dy: usize, addend: usize, dx: usize, features: i32): void {
  let sumGX = f32x4.splat(0);
  for (let f: usize = 0, at: usize = 0; f < <usize>features; f++, at += ROW) {
    const g = f32x4.mul(v128.load(dy + at), v128.load32_splat(gain + 4 * f));
    sumGX = fma(g, f32x4.mul(v128.load(x + at), rstd), sumGX);
  }
  const meanGX = f32x4.div(sumGX, f32x4.splat(<f32>features));
  for (let f: usize = 0, at: usize = 0; f < <usize>features; f++, at += ROW) {
    const g = f32x4.mul(v128.load(dy + at), v128.load32_splat(gain + 4 * f));
    const projected = f32x4.sub(g, f32x4.mul(f32x4.mul(v128.load(x + at), rstd), meanGX));
    v128.store(dx + at, fma(projected, rstd, loadOrZero(addend, at)));
  }
}

/** dgain[f] = Σ_tokens dy·x̂, in the order of f32_layernorm_dparams. */
export function f32_rmsnorm_dgain(
  begin: i32, end: i32,
  x: usize, stats: usize, dy: usize, dgain: usize, features: i32, numTiles: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let f = <usize>begin; f < <usize>end; f++) {
    let sumGX = f32x4.splat(0);
    for (let tile: usize = 0; tile < <usize>numTiles; tile++) {
      const row = tile * tileBytes + f * ROW;
      for (let column: usize = 0; column < ROW; column += VECTOR) {
        const normalized = f32x4.mul(v128.load(x + row + column), v128.load(stats + tile * ROW + column));
        sumGX = fma(v128.load(dy + row + column), normalized, sumGX);
      }
    }
    store<f32>(dgain + 4 * f, sumLanes(sumGX));
  }
}
