import {
  F64_54, F64_BIASED_INTEGER, F64_HALF, F64_INFINITY, F64_INTEGER, F64_LN2_HIGH, F64_LN2_LOW, F64_LOG_C1, F64_LOG_C2, F64_LOG_C3,
  F64_LOG_C4, F64_LOG_C5, F64_LOG_C6, F64_LOG_C7, F64_MANTISSA, F64_MIN_NORMAL, F64_ONE, F64_SQRT2, F64_TWO, F64_TWO_54,
} from "./constants";

/**
 * ln x of two f64 lanes, for every x: bit for bit `log` of src/core/math.ts, in both builds.
 *
 *   ln x = n·ln 2 + ln(1 + f),  x = 2ⁿ·(1 + f),  √½ ≤ 1 + f ≤ √2,  ln(1 + f) = 2·atanh(f/(2 + f))
 *
 * Accuracy  < 1 ulp · −Infinity at 0, NaN below, Infinity at Infinity · NaN stays NaN
 * Source    fdlibm e_log.c
 */
// @ts-ignore: decorator
@inline
export function logF64(x: v128): v128 {
  const one = v128.load(F64_ONE);
  const isSubnormal = f64x2.lt(x, v128.load(F64_MIN_NORMAL));
  const bits = v128.bitselect(f64x2.mul(x, v128.load(F64_TWO_54)), x, isSubnormal);
  let mantissa = v128.or(v128.and(bits, v128.load(F64_MANTISSA)), one);
  const isLarge = f64x2.gt(mantissa, v128.load(F64_SQRT2));
  mantissa = v128.bitselect(f64x2.mul(mantissa, v128.load(F64_HALF)), mantissa, isLarge);
  // The exponent's bits below those of 2⁵² make the number 2⁵² + 1023 + n.
  const biased = v128.or(i64x2.shr_u(bits, 52), v128.load(F64_INTEGER));
  let n = f64x2.sub(biased, v128.load(F64_BIASED_INTEGER));
  n = f64x2.sub(n, v128.and(isSubnormal, v128.load(F64_54)));
  n = f64x2.add(n, v128.and(isLarge, one));

  const f = f64x2.sub(mantissa, one);
  const s = f64x2.div(f, f64x2.add(v128.load(F64_TWO), f));
  const halfSquare = f64x2.mul(f64x2.mul(v128.load(F64_HALF), f), f);
  const rest = f64x2.mul(s, f64x2.add(halfSquare, tail(f64x2.mul(s, s))));
  const low = f64x2.add(rest, f64x2.mul(n, v128.load(F64_LN2_LOW)));
  const y = f64x2.sub(f64x2.mul(n, v128.load(F64_LN2_HIGH)), f64x2.sub(f64x2.sub(halfSquare, low), f));
  return withLimits(x, y);
}

/** (ln(1 + f) − 2s)/s as a function of z = s². */
// @ts-ignore: decorator
@inline
function tail(z: v128): v128 {
  let p = f64x2.add(f64x2.mul(v128.load(F64_LOG_C7), z), v128.load(F64_LOG_C6));
  p = f64x2.add(f64x2.mul(p, z), v128.load(F64_LOG_C5));
  p = f64x2.add(f64x2.mul(p, z), v128.load(F64_LOG_C4));
  p = f64x2.add(f64x2.mul(p, z), v128.load(F64_LOG_C3));
  p = f64x2.add(f64x2.mul(p, z), v128.load(F64_LOG_C2));
  p = f64x2.add(f64x2.mul(p, z), v128.load(F64_LOG_C1));
  return f64x2.mul(z, p);
}

/** y where x is positive and finite; else −Infinity at 0, x itself at Infinity and NaN, NaN below 0. */
// @ts-ignore: decorator
@inline
function withLimits(x: v128, y: v128): v128 {
  const infinity = v128.load(F64_INFINITY);
  const zero = f64x2.splat(0);
  const isInside = v128.and(f64x2.gt(x, zero), f64x2.lt(x, infinity));
  const limit = v128.bitselect(f64x2.neg(infinity), f64x2.sqrt(x), f64x2.eq(x, zero)); // √x: Infinity, or NaN
  return v128.bitselect(y, limit, isInside);
}
