/** Tokens lie in lanes, so every mean over the features is a running sum, 4 tokens at a time, in ascending order. */
import { fma } from "../simd/fma";
import { sumLanes } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";
import { inverseDeviation, loadOrZero, mean } from "./statistics";

export function f32_layernorm(
  begin: i32, end: i32,
  x: usize, gain: usize, bias: usize, y: usize, stats: usize, features: i32, epsilon: f32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let column: usize = 0; column < ROW; column += VECTOR) {
      const at = tile * tileBytes + column;
      const m = mean(x + at, features);
      const rstd = inverseDeviation(x + at, m, features, epsilon);
      v128.store(stats + tile * 2 * ROW + column, m);
      v128.store(stats + tile * 2 * ROW + column, rstd, ROW);
      normalize(x + at, m, rstd, gain, bias, y + at, features);
    }
  }
}

// @ts-ignore: decorator
@inline
function normalize(x: usize, m: v128, rstd: v128, gain: usize, bias: usize, y: usize, features: i32): void {
  for (let f = 0; f < features; f++, x += ROW, y += ROW, gain += 4, bias += 4) {
    const normalized = f32x4.mul(f32x4.sub(v128.load(x), m), rstd);
    v128.store(y, fma(normalized, v128.load32_splat(gain), v128.load32_splat(bias)));
  }
}

/** dx = addend + rstd·(g − mean(g) − x̂·mean(g∘x̂)) with x̂ = (x − mean)·rstd and g = dy∘gain. */
export function f32_layernorm_dx(
  begin: i32, end: i32,
  x: usize, gain: usize, stats: usize, dy: usize, addend: usize, dx: usize, features: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let column: usize = 0; column < ROW; column += VECTOR) {
      const at = tile * tileBytes + column;
      const m = v128.load(stats + tile * 2 * ROW + column);
      const rstd = v128.load(stats + tile * 2 * ROW + column, ROW);
      inputGradient(x + at, gain, m, rstd, dy + at, addend == 0 ? 0 : addend + at, dx + at, features);
    }
  }
}

// @ts-ignore: decorator
@inline
function inputGradient(
  x: usize, gain: usize, m: v128, rstd: v128, dy: usize, addend: usize, dx: usize, features: i32,
): void {
  let sumG = f32x4.splat(0);
  let sumGX = f32x4.splat(0);
  for (let f: usize = 0, at: usize = 0; f < <usize>features; f++, at += ROW) {
    const g = f32x4.mul(v128.load(dy + at), v128.load32_splat(gain + 4 * f));
    const normalized = f32x4.mul(f32x4.sub(v128.load(x + at), m), rstd);
    sumG = f32x4.add(sumG, g);
    sumGX = fma(g, normalized, sumGX);
  }
  const count = f32x4.splat(<f32>features);
  const meanG = f32x4.div(sumG, count);
  const meanGX = f32x4.div(sumGX, count);
  for (let f: usize = 0, at: usize = 0; f < <usize>features; f++, at += ROW) {
    const g = f32x4.mul(v128.load(dy + at), v128.load32_splat(gain + 4 * f));
    const normalized = f32x4.mul(f32x4.sub(v128.load(x + at), m), rstd);
    const projected = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(normalized, meanGX));
    v128.store(dx + at, fma(projected, rstd, loadOrZero(addend, at)));
  }
}

/** dgain[f] = Σ_tokens dy·x̂, dbias[f] = Σ_tokens dy: lane l sums the tokens ≡ l (mod 4) in order, then the lanes are added. */
export function f32_layernorm_dparams(
  begin: i32, end: i32,
  x: usize, stats: usize, dy: usize, dgain: usize, dbias: usize, features: i32, numTiles: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let f = <usize>begin; f < <usize>end; f++) {
    let sumGX = f32x4.splat(0);
    let sumG = f32x4.splat(0);
    for (let tile: usize = 0; tile < <usize>numTiles; tile++) {
      const row = tile * tileBytes + f * ROW;
      for (let column: usize = 0; column < ROW; column += VECTOR) {
        const m = v128.load(stats + tile * 2 * ROW + column);
        const rstd = v128.load(stats + tile * 2 * ROW + column, ROW);
        const g = v128.load(dy + row + column);
        sumGX = fma(g, f32x4.mul(f32x4.sub(v128.load(x + row + column), m), rstd), sumGX);
        sumG = f32x4.add(sumG, g);
      }
    }
    store<f32>(dgain + 4 * f, sumLanes(sumGX));
    store<f32>(dbias + 4 * f, sumLanes(sumG));
  }
}
