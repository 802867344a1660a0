import { fma } from "../simd/fma";
import { sumLanes } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";
import { loadOrZero, STRIP, storeInverseDeviations, storeMeans } from "./statistics";

export function f32_layernorm(
  begin: i32, end: i32,
  x: usize, gain: usize, bias: usize, y: usize, stats: usize, features: i32, epsilon: f32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let strip: usize = 0; strip < ROW; strip += STRIP) {
      const at = tile * tileBytes + strip;
      const mean = stats + tile * 2 * ROW + strip;
      storeMeans(x + at, mean, features);
      storeInverseDeviations(x + at, mean, mean + ROW, features, epsilon);
      normalize(x + at, mean, gain, bias, y + at, features);
    }
  }
}

/** y[f][t] = (x[f][t] − mean[t])·rstd[t]·gain[f] + bias[f], for 16 tokens. */
function normalize(x: usize, stats: usize, gain: usize, bias: usize, y: usize, features: i32): void {
  const mean0 = v128.load(stats), rstd0 = v128.load(stats, ROW);
  const mean1 = v128.load(stats, 16), rstd1 = v128.load(stats, ROW + 16);
  const mean2 = v128.load(stats, 32), rstd2 = v128.load(stats, ROW + 32);
  const mean3 = v128.load(stats, 48), rstd3 = v128.load(stats, ROW + 48);
  for (let f = 0; f < features; f++, x += ROW, y += ROW, gain += 4, bias += 4) {
    const g = v128.load32_splat(gain);
    const b = v128.load32_splat(bias);
    v128.store(y, fma(f32x4.mul(f32x4.sub(v128.load(x), mean0), rstd0), g, b));
    v128.store(y, fma(f32x4.mul(f32x4.sub(v128.load(x, 16), mean1), rstd1), g, b), 16);
    v128.store(y, fma(f32x4.mul(f32x4.sub(v128.load(x, 32), mean2), rstd2), g, b), 32);
    v128.store(y, fma(f32x4.mul(f32x4.sub(v128.load(x, 48), mean3), rstd3), g, b), 48);
  }
}

export function f32_layernorm_dx(
  begin: i32, end: i32,
  x: usize, gain: usize, stats: usize, dy: usize, addend: usize, dx: usize, features: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++) {
    for (let pair: usize = 0; pair < ROW; pair += 2 * VECTOR) {
      const at = tile * tileBytes + pair;
      const added: usize = addend == 0 ? 0 : addend + at;
      inputGradient(x + at, gain, stats + tile * 2 * ROW + pair, dy + at, added, dx + at, features);
    }
  }
}

/**
 * dx = addend + rstd·(g − mean(g) − x̂·mean(g∘x̂)), with x̂ = (x − mean)·rstd and g = dy∘gain; 8 tokens, whose four sums and
 * statistics fit into registers.
 */
function inputGradient(x: usize, gain: usize, stats: usize, dy: usize, addend: usize, dx: usize, features: i32): void {
  const mean0 = v128.load(stats), rstd0 = v128.load(stats, ROW);
  const mean1 = v128.load(stats, 16), rstd1 = v128.load(stats, ROW + 16);
  const rows = <usize>features * ROW;
  let sumG0 = f32x4.splat(0), sumG1 = sumG0, sumGX0 = sumG0, sumGX1 = sumG0;
  for (let row: usize = 0, w = gain; row < rows; row += ROW, w += 4) {
    const weight = v128.load32_splat(w);
    const g0 = f32x4.mul(v128.load(dy + row), weight);
    sumG0 = f32x4.add(sumG0, g0);
    sumGX0 = fma(g0, f32x4.mul(f32x4.sub(v128.load(x + row), mean0), rstd0), sumGX0);
    const g1 = f32x4.mul(v128.load(dy + row, 16), weight);
    sumG1 = f32x4.add(sumG1, g1);
    sumGX1 = fma(g1, f32x4.mul(f32x4.sub(v128.load(x + row, 16), mean1), rstd1), sumGX1);
  }
  const count = f32x4.splat(<f32>features);
  const meanG0 = f32x4.div(sumG0, count), meanGX0 = f32x4.div(sumGX0, count);
  const meanG1 = f32x4.div(sumG1, count), meanGX1 = f32x4.div(sumGX1, count);
  for (let row: usize = 0, w = gain; row < rows; row += ROW, w += 4) {
    const weight = v128.load32_splat(w);
    const x0 = f32x4.mul(f32x4.sub(v128.load(x + row), mean0), rstd0);
    const d0 = f32x4.sub(f32x4.sub(f32x4.mul(v128.load(dy + row), weight), meanG0), f32x4.mul(x0, meanGX0));
    v128.store(dx + row, fma(d0, rstd0, loadOrZero(addend, row)));
    const x1 = f32x4.mul(f32x4.sub(v128.load(x + row, 16), mean1), rstd1);
    const d1 = f32x4.sub(f32x4.sub(f32x4.mul(v128.load(dy + row, 16), weight), meanG1), f32x4.mul(x1, meanGX1));
    v128.store(dx + row, fma(d1, rstd1, loadOrZero(addend, row + 16)), 16);
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
