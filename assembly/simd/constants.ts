/**
 * Constants of the inner loops, splatted in memory: V8 rebuilds a v128 literal on every turn of a loop (three
 * instructions), a load is one. The table lies in the system bytes, above the barrier and command words.
 */
const TABLE: usize = 1024;

export const ONE: usize = TABLE + 16 * 0;
export const TWO: usize = TABLE + 16 * 1;
export const HALF: usize = TABLE + 16 * 2;
export const SIGN_BIT: usize = TABLE + 16 * 3;

// exp and tanh (exp.ts, tanh.ts)
export const EXP_MIN: usize = TABLE + 16 * 4;
export const EXP_MAX: usize = TABLE + 16 * 5;
export const LOG2_E: usize = TABLE + 16 * 6;
export const ROUNDER: usize = TABLE + 16 * 7;
export const LN2_HIGH: usize = TABLE + 16 * 8;
export const LN2_LOW: usize = TABLE + 16 * 9;
export const MINUS_LN2_HIGH: usize = TABLE + 16 * 10;
export const MINUS_LN2_LOW: usize = TABLE + 16 * 11;
export const EXP_C2: usize = TABLE + 16 * 12;
export const EXP_C3: usize = TABLE + 16 * 13;
export const EXP_C4: usize = TABLE + 16 * 14;
export const EXP_C5: usize = TABLE + 16 * 15;
export const EXP_C6: usize = TABLE + 16 * 16;
export const EXP_C7: usize = TABLE + 16 * 17;
export const TANH_MAX: usize = TABLE + 16 * 18;

// log (log.ts)
export const SQRT_HALF: usize = TABLE + 16 * 19;
export const LOG_C3: usize = TABLE + 16 * 20;
export const LOG_C4: usize = TABLE + 16 * 21;
export const LOG_C5: usize = TABLE + 16 * 22;
export const LOG_C6: usize = TABLE + 16 * 23;
export const LOG_C7: usize = TABLE + 16 * 24;
export const LOG_C8: usize = TABLE + 16 * 25;
export const LOG_C9: usize = TABLE + 16 * 26;
export const LOG_C10: usize = TABLE + 16 * 27;
export const LOG_C11: usize = TABLE + 16 * 28;

// exp2 (exp2.ts)
export const EXP2_MIN: usize = TABLE + 16 * 29;
export const EXP2_MAX: usize = TABLE + 16 * 30;
export const EXP2_C1: usize = TABLE + 16 * 31;
export const EXP2_C2: usize = TABLE + 16 * 32;
export const EXP2_C3: usize = TABLE + 16 * 33;
export const EXP2_C4: usize = TABLE + 16 * 34;
export const EXP2_C5: usize = TABLE + 16 * 35;
export const EXP2_C6: usize = TABLE + 16 * 36;

// GELU in its tanh approximation, u = √(2/π)·(x + 0.044715·x³): −2u·log₂e = x·(LINEAR + CUBIC·x²), 2u′ = SLOPE + SLOPE_SQUARE·x²
export const GELU_LINEAR: usize = TABLE + 16 * 37;
export const GELU_CUBIC: usize = TABLE + 16 * 38;
export const GELU_SLOPE: usize = TABLE + 16 * 39;
export const GELU_SLOPE_SQUARE: usize = TABLE + 16 * 40;

// attention: a score whose probability is 0, in either pass, and whose difference from any other score is finite
export const MASKED: usize = TABLE + 16 * 41;

// f64: exp (exp-f64.ts) and log (log-f64.ts), with the coefficients of src/core/math.ts
export const F64_HALF: usize = TABLE + 16 * 42;
export const F64_ONE: usize = TABLE + 16 * 43;
export const F64_TWO: usize = TABLE + 16 * 44;
export const F64_LN2: usize = TABLE + 16 * 45;
export const F64_LN2_HIGH: usize = TABLE + 16 * 46;
export const F64_LN2_LOW: usize = TABLE + 16 * 47;
export const F64_EXP_MIN: usize = TABLE + 16 * 48;
export const F64_EXP_MAX: usize = TABLE + 16 * 49;
export const F64_EXP_C1: usize = TABLE + 16 * 50;
export const F64_EXP_C2: usize = TABLE + 16 * 51;
export const F64_EXP_C3: usize = TABLE + 16 * 52;
export const F64_EXP_C4: usize = TABLE + 16 * 53;
export const F64_EXP_C5: usize = TABLE + 16 * 54;
export const F64_LOG_C1: usize = TABLE + 16 * 55;
export const F64_LOG_C2: usize = TABLE + 16 * 56;
export const F64_LOG_C3: usize = TABLE + 16 * 57;
export const F64_LOG_C4: usize = TABLE + 16 * 58;
export const F64_LOG_C5: usize = TABLE + 16 * 59;
export const F64_LOG_C6: usize = TABLE + 16 * 60;
export const F64_LOG_C7: usize = TABLE + 16 * 61;
export const F64_SQRT2: usize = TABLE + 16 * 62;
export const F64_INFINITY: usize = TABLE + 16 * 63;
export const F64_MIN_NORMAL: usize = TABLE + 16 * 64;
export const F64_TWO_54: usize = TABLE + 16 * 65;
export const F64_54: usize = TABLE + 16 * 66;
/** 2⁵² and 2⁵² + 1023, whose lowest bits hold a whole number that is added. */
export const F64_INTEGER: usize = TABLE + 16 * 67;
export const F64_BIASED_INTEGER: usize = TABLE + 16 * 68;
export const F64_MANTISSA: usize = TABLE + 16 * 69;

/** Writes the table; every instance on a memory writes the same bytes. */
export function write_constants(): void {
  put(ONE, 1.0);
  put(TWO, 2.0);
  put(HALF, 0.5);
  v128.store(SIGN_BIT, i32x4.splat(0x80000000));

  put(EXP_MIN, -87.3);
  put(EXP_MAX, 88.7);
  put(LOG2_E, 1.44269504088896341);
  put(ROUNDER, 12582912.0);
  put(LN2_HIGH, 0.693359375);
  put(LN2_LOW, -2.12194440e-4);
  put(MINUS_LN2_HIGH, -0.693359375);
  put(MINUS_LN2_LOW, 2.12194440e-4);
  put(EXP_C2, 5.0000001201e-1);
  put(EXP_C3, 1.6666665459e-1);
  put(EXP_C4, 4.1665795894e-2);
  put(EXP_C5, 8.3334519073e-3);
  put(EXP_C6, 1.3981999507e-3);
  put(EXP_C7, 1.9875691500e-4);
  put(TANH_MAX, 9.1);

  put(SQRT_HALF, 0.70710678118654752);
  put(LOG_C3, 3.3333331174e-1);
  put(LOG_C4, -2.4999993993e-1);
  put(LOG_C5, 2.0000714765e-1);
  put(LOG_C6, -1.6668057665e-1);
  put(LOG_C7, 1.4249322787e-1);
  put(LOG_C8, -1.2420140846e-1);
  put(LOG_C9, 1.1676998740e-1);
  put(LOG_C10, -1.1514610310e-1);
  put(LOG_C11, 7.0376836292e-2);

  put(EXP2_MIN, -126.0);
  put(EXP2_MAX, 126.0);
  put(EXP2_C1, 6.93147182e-1);
  put(EXP2_C2, 2.40226462e-1);
  put(EXP2_C3, 5.55032864e-2);
  put(EXP2_C4, 9.61848907e-3);
  put(EXP2_C5, 1.33999309e-3);
  put(EXP2_C6, 1.53458124e-4);

  put(GELU_LINEAR, -2.302208198144325);
  put(GELU_CUBIC, -0.1029432395800235);
  put(GELU_SLOPE, 1.5957691216057308);
  put(GELU_SLOPE_SQUARE, 0.21406444881780076);

  put(MASKED, -1e30);

  putF64(F64_HALF, 0.5);
  putF64(F64_ONE, 1.0);
  putF64(F64_TWO, 2.0);
  putF64(F64_LN2, 0.6931471805599453);
  putF64(F64_LN2_HIGH, 0.6931471803691238);
  putF64(F64_LN2_LOW, 1.9082149292705877e-10);
  putF64(F64_EXP_MIN, -746.0);
  putF64(F64_EXP_MAX, 710.0);
  putF64(F64_EXP_C1, 0.16666666666666602);
  putF64(F64_EXP_C2, -2.7777777777015593e-3);
  putF64(F64_EXP_C3, 6.613756321437934e-5);
  putF64(F64_EXP_C4, -1.6533902205465252e-6);
  putF64(F64_EXP_C5, 4.1381367970572385e-8);
  putF64(F64_LOG_C1, 0.6666666666666735);
  putF64(F64_LOG_C2, 0.3999999999940942);
  putF64(F64_LOG_C3, 0.2857142874366239);
  putF64(F64_LOG_C4, 0.22222198432149784);
  putF64(F64_LOG_C5, 0.1818357216161805);
  putF64(F64_LOG_C6, 0.15313837699209373);
  putF64(F64_LOG_C7, 0.14798198605116586);
  putF64(F64_SQRT2, 1.4142135623730951);
  putF64(F64_INFINITY, Infinity);
  putF64(F64_MIN_NORMAL, 2.2250738585072014e-308);
  putF64(F64_TWO_54, 18014398509481984.0);
  putF64(F64_54, 54.0);
  putF64(F64_INTEGER, 4503599627370496.0);
  putF64(F64_BIASED_INTEGER, 4503599627371519.0);
  v128.store(F64_MANTISSA, i64x2.splat(0x000fffffffffffff));
}

// @ts-ignore: decorator
@inline
function put(address: usize, value: f32): void {
  v128.store(address, f32x4.splat(value));
}

// @ts-ignore: decorator
@inline
function putF64(address: usize, value: f64): void {
  v128.store(address, f64x2.splat(value));
}
