/** LayerNorm without its mean and bias; see layernorm.ts. */
import { fma } from "../simd/fma";
import { sumLanes } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";
import { loadOrZero, STRIP, storeInverseDeviations } from "./statistics";

export function f32_rmsnorm(
  begin: i32, end: i32,
  x: usize, gain: usize, y: usize, stats: usize, features: i32, epsilon: f32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let strip: usize = 0; strip < ROW; strip += STRIP) {
      const at = tile * tileBytes + strip;
      const rstd = stats + tile * ROW + strip;
      storeInverseDeviations(x + at, 0, rstd, features, epsilon);
      normalize(x + at, rstd, gain, y + at, features);
    }
  }
}

/** y[f][t] = x[f][t]·rstd[t]·gain[f], for 16 tokens. */
function normalize(x: usize, rstd: usize, gain: usize, y: usize, features: i32): void {
  const rstd0 = v128.load(rstd);
  const rstd1 = v128.load(rstd, 16);
  const rstd2 = v128.load(rstd, 32);
  const rstd3 = v128.load(rstd, 48);
  for (let f = 0; f < features; f++, x += ROW, y += ROW, gain += 4) {
    const g = v128.load32_splat(gain);
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x), rstd0), g));
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x, 16), rstd1), g), 16);
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x, 32), rstd2), g), 32);
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x, 48), rstd3), g), 48);
  }
}

export function f32_rmsnorm_dx(
  begin: i32, end: i32,
  x: usize, gain: usize, stats: usize, dy: usize, addend: usize, dx: usize, features: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let pair: usize = 0; pair < ROW; pair += 2 * VECTOR) {
      const at = tile * tileBytes + pair;
      const added: usize = addend == 0 ? 0 : addend + at;
      inputGradient(x + at, gain, stats + tile * ROW + pair, dy + at, added, dx + at, features);
    }
  }
}

/** dx = addend + rstd·(g − x̂·mean(g∘x̂)), with x̂ = x·rstd and g = dy∘gain, for 8 tokens. */
function inputGradient(x: usize, gain: usize, rstd: usize, dy: usize, addend: usize, dx: usize, features: i32): void {
  const rstd0 = v128.load(rstd);
  const rstd1 = v128.load(rstd, 16);
  const rows = <usize>features * ROW;
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let row: usize = 0, w = gain; row < rows; row += ROW, w += 4) {
    const weight = v128.load32_splat(w);
    sum0 = fma(f32x4.mul(v128.load(dy + row), weight), f32x4.mul(v128.load(x + row), rstd0), sum0);
    sum1 = fma(f32x4.mul(v128.load(dy + row, 16), weight), f32x4.mul(v128.load(x + row, 16), rstd1), sum1);
  }
  const count = f32x4.splat(<f32>features);
  const mean0 = f32x4.div(sum0, count);
  const mean1 = f32x4.div(sum1, count);
  for (let row: usize = 0, w = gain; row < rows; row += ROW, w += 4) {
    const weight = v128.load32_splat(w);
    const x0 = f32x4.mul(v128.load(x + row), rstd0);
    const d0 = f32x4.sub(f32x4.mul(v128.load(dy + row), weight), f32x4.mul(x0, mean0));
    v128.store(dx + row, fma(d0, rstd0, loadOrZero(addend, row)));
    const x1 = f32x4.mul(v128.load(x + row, 16), rstd1);
    const d1 = f32x4.sub(f32x4.mul(v128.load(dy + row, 16), weight), f32x4.mul(x1, mean1));
    v128.store(dx + row, fma(d1, rstd1, loadOrZero(addend, row + 16)), 16);
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
