import {
  HALF, LN2_HIGH, LN2_LOW, LOG_C10, LOG_C11, LOG_C3, LOG_C4, LOG_C5, LOG_C6, LOG_C7, LOG_C8, LOG_C9, ONE, SQRT_HALF,
} from "./constants";
import { fma } from "./fma";

/**
 * ln x of four lanes, for positive normal x.
 *
 *   ln x = n·ln 2 + ln(1 + f),  x = 2ⁿ·(1 + f),  √½ ≤ 1 + f < √2
 *
 * Accuracy  0.9 ulp (measured)
 * Source    Cephes logf
 */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const one = v128.load(ONE);
  const offset = i32x4.sub(x, v128.load(SQRT_HALF));
  const exponent = i32x4.shr_s(offset, 23);
  const n = f32x4.convert_i32x4_s(exponent);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), one);
  const square = f32x4.mul(f, f);
  let p = fma(v128.load(LOG_C11), f, v128.load(LOG_C10));
  p = fma(p, f, v128.load(LOG_C9));
  p = fma(p, f, v128.load(LOG_C8));
  p = fma(p, f, v128.load(LOG_C7));
  p = fma(p, f, v128.load(LOG_C6));
  p = fma(p, f, v128.load(LOG_C5));
  p = fma(p, f, v128.load(LOG_C4));
  p = fma(p, f, v128.load(LOG_C3));
  const tail = fma(n, v128.load(LN2_LOW), f32x4.mul(f32x4.mul(square, f), p));
  const sum = f32x4.add(f32x4.sub(tail, f32x4.mul(square, v128.load(HALF))), f);
  return fma(n, v128.load(LN2_HIGH), sum);
}
