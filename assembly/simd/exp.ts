import {
  EXP_C2, EXP_C3, EXP_C4, EXP_C5, EXP_C6, EXP_C7, EXP_MAX, EXP_MIN, LOG2_E, MINUS_LN2_HIGH, MINUS_LN2_LOW, ONE, ROUNDER,
} from "./constants";
import { fma } from "./fma";

/**
 * eˣ of four lanes, for x ≤ 88.7 (above: see `saturatingExp`); 0 below −87.3, where eˣ leaves the normal numbers.
 *
 *   eˣ = 2ⁿ·eʳ,  n = round(x/ln 2),  r = x − n·ln 2 in two steps,  |r| ≤ ln 2/2
 *
 * Accuracy  1 ulp (measured) · NaN stays NaN
 * Source    Cephes expf; rounding by adding 1.5·2²³, whose low bits then hold n
 */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const least = v128.load(EXP_MIN);
  const isNormal = v128.not(f32x4.lt(x, least));
  x = f32x4.pmax(x, least);
  const shifted = fma(x, v128.load(LOG2_E), v128.load(ROUNDER));
  const r = reduceByLn2(x, f32x4.sub(shifted, v128.load(ROUNDER)));
  const power = f32x4.add(expm1Polynomial(r), v128.load(ONE));
  return v128.and(i32x4.add(power, i32x4.shl(shifted, 23)), isNormal);
}

/** As `exp`, for every x: above 88.7 the value at 88.7, 3.3e38. */
// @ts-ignore: decorator
@inline
export function saturatingExp(x: v128): v128 {
  return exp(f32x4.pmin(x, v128.load(EXP_MAX)));
}

/** x − n·ln 2, with ln 2 in two parts of which the first has so few bits that n times it is exact. */
// @ts-ignore: decorator
@inline
export function reduceByLn2(x: v128, n: v128): v128 {
  return fma(n, v128.load(MINUS_LN2_LOW), fma(n, v128.load(MINUS_LN2_HIGH), x));
}

/** eʳ − 1 for |r| ≤ ln 2/2, with full relative accuracy: r + r²·(½ + r/6 + …). */
// @ts-ignore: decorator
@inline
export function expm1Polynomial(r: v128): v128 {
  let p = fma(v128.load(EXP_C7), r, v128.load(EXP_C6));
  p = fma(p, r, v128.load(EXP_C5));
  p = fma(p, r, v128.load(EXP_C4));
  p = fma(p, r, v128.load(EXP_C3));
  p = fma(p, r, v128.load(EXP_C2));
  return fma(f32x4.mul(r, r), p, r);
}
