import {
  F64_BIASED_INTEGER, F64_EXP_C1, F64_EXP_C2, F64_EXP_C3, F64_EXP_C4, F64_EXP_C5, F64_EXP_MAX, F64_EXP_MIN, F64_HALF, F64_LN2,
  F64_LN2_HIGH, F64_LN2_LOW, F64_ONE, F64_TWO,
} from "./constants";

/**
 * eˣ of two f64 lanes, for every x: bit for bit `exp` of src/core/math.ts, in both builds.
 *
 *   eˣ = 2ᵏ·eʳ,  k = round(x/ln 2),  eʳ = 1 + 2r/(R(r) − r)
 *
 * Accuracy  < 1 ulp · Infinity above 709.78, 0 below −745.13 · NaN stays NaN
 * Source    fdlibm e_exp.c
 */
// @ts-ignore: decorator
@inline
export function expF64(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, v128.load(F64_EXP_MAX)), v128.load(F64_EXP_MIN));
  const k = f64x2.floor(f64x2.add(f64x2.div(x, v128.load(F64_LN2)), v128.load(F64_HALF)));
  const high = f64x2.sub(x, f64x2.mul(k, v128.load(F64_LN2_HIGH)));
  const low = f64x2.mul(k, v128.load(F64_LN2_LOW));
  const r = f64x2.sub(high, low);
  const c = f64x2.sub(r, tail(f64x2.mul(r, r)));
  const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(v128.load(F64_TWO), c));
  const y = f64x2.sub(v128.load(F64_ONE), f64x2.sub(f64x2.sub(low, quotient), high));
  const half = f64x2.floor(f64x2.mul(k, v128.load(F64_HALF))); // two factors: 2ᵏ itself may be out of range
  return f64x2.mul(f64x2.mul(y, powerOfTwo(half)), powerOfTwo(f64x2.sub(k, half)));
}

/** r − c as a function of t = r²: t times a polynomial. */
// @ts-ignore: decorator
@inline
function tail(t: v128): v128 {
  let p = f64x2.add(f64x2.mul(v128.load(F64_EXP_C5), t), v128.load(F64_EXP_C4));
  p = f64x2.add(f64x2.mul(p, t), v128.load(F64_EXP_C3));
  p = f64x2.add(f64x2.mul(p, t), v128.load(F64_EXP_C2));
  p = f64x2.add(f64x2.mul(p, t), v128.load(F64_EXP_C1));
  return f64x2.mul(t, p);
}

/** 2ᵏ for whole k, −1022 ≤ k ≤ 1023: the lowest bits of 2⁵² + 1023 + k are the exponent's. */
// @ts-ignore: decorator
@inline
function powerOfTwo(k: v128): v128 {
  return i64x2.shl(f64x2.add(k, v128.load(F64_BIASED_INTEGER)), 52);
}
