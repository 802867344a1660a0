import { GELU_CUBIC, GELU_LINEAR, GELU_SLOPE, GELU_SLOPE_SQUARE, ONE } from "../simd/constants";
import { exp2 } from "../simd/exp2";
import { fma } from "../simd/fma";
import { ROW, VECTOR } from "../simd/tile";

/*
 * GELU in its tanh approximation, written as a logistic function, which needs one exponential and keeps the relative
 * accuracy of the left tail:
 *
 *   gelu(x)  = x/2·(1 + tanh u) = x·s,  s = 1/(1 + e),  e = exp(−2u),  u = √(2/π)·(x + 0.044715·x³)
 *   gelu′(x) = s + x·2u′·s·(1 − s),  1 − s = e·s,  u′ = √(2/π)·(1 + 3·0.044715·x²)
 */

export function f32_gelu(begin: i32, end: i32, x: usize, y: usize, features: i32): void {
  const tileBytes = <usize>features * ROW;
  for (let at = <usize>begin * tileBytes, stop = <usize>end * tileBytes; at < stop; at += VECTOR) {
    const v = v128.load(x + at);
    v128.store(y + at, f32x4.mul(v, logistic(decay(v))));
  }
}

export function f32_gelu_backward(begin: i32, end: i32, x: usize, dy: usize, dx: usize, features: i32): void {
  const tileBytes = <usize>features * ROW;
  for (let at = <usize>begin * tileBytes, stop = <usize>end * tileBytes; at < stop; at += VECTOR) {
    const v = v128.load(x + at);
    const e = decay(v);
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), slope(v, e, logistic(e))));
  }
}

export function f32_geglu(begin: i32, end: i32, gate: usize, value: usize, y: usize, features: i32): void {
  const tileBytes = <usize>features * ROW;
  for (let at = <usize>begin * tileBytes, stop = <usize>end * tileBytes; at < stop; at += VECTOR) {
    const v = v128.load(gate + at);
    v128.store(y + at, f32x4.mul(f32x4.mul(v, logistic(decay(v))), v128.load(value + at)));
  }
}

export function f32_geglu_backward(
  begin: i32, end: i32, gate: usize, value: usize, dy: usize, dGate: usize, dValue: usize, features: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let at = <usize>begin * tileBytes, stop = <usize>end * tileBytes; at < stop; at += VECTOR) {
    const v = v128.load(gate + at);
    const e = decay(v);
    const s = logistic(e);
    const dOut = v128.load(dy + at);
    const dGelu = f32x4.mul(dOut, v128.load(value + at));
    v128.store(dValue + at, f32x4.mul(dOut, f32x4.mul(v, s)));
    v128.store(dGate + at, f32x4.mul(dGelu, slope(v, e, s)));
  }
}

/** e = exp(−2u). */
// @ts-ignore: decorator
@inline
function decay(x: v128): v128 {
  return exp2(f32x4.mul(x, fma(f32x4.mul(x, x), v128.load(GELU_CUBIC), v128.load(GELU_LINEAR))));
}

// @ts-ignore: decorator
@inline
function logistic(e: v128): v128 {
  const one = v128.load(ONE);
  return f32x4.div(one, f32x4.add(one, e));
}

/** gelu′(x). */
// @ts-ignore: decorator
@inline
function slope(x: v128, e: v128, s: v128): v128 {
  const du2 = fma(f32x4.mul(x, x), v128.load(GELU_SLOPE_SQUARE), v128.load(GELU_SLOPE));
  const complement = f32x4.mul(e, s);
  return fma(f32x4.mul(x, du2), f32x4.mul(complement, s), s);
}
