/**
 * exp, log, pow, cos and the normal quantile from + − × ÷ and √ alone. Engines' own versions differ in their last bits, and
 * whatever decides a training bit must not. The elementary functions follow fdlibm (Sun Microsystems, 1993).
 */

/** ln 2 in two parts; the upper has 32 bits, so that k·LN2_HIGH is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/**
 * eˣ.
 *
 * Accuracy  < 1 ulp; Infinity above 709.78, 0 below −745.13
 * Source    fdlibm e_exp.c: x = k·ln 2 + r, eʳ = 1 + 2r/(R(r) − r)
 */
export function exp(x: number): number {
  if (!(x > -746)) return Number.isNaN(x) ? x : 0;
  if (x > 710) return Infinity;
  const k = Math.floor(x / Math.LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * polynomial(t, EXP);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  const half = k >> 1; // two factors: 2ᵏ itself may be out of range
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}
const EXP = [
  0.16666666666666602, -2.7777777777015593e-3, 6.613756321437934e-5, -1.6533902205465252e-6, 4.1381367970572385e-8,
];

/**
 * ln x.
 *
 * Accuracy  < 1 ulp; −Infinity at 0, NaN below
 * Source    fdlibm e_log.c: x = 2ᵏ·(1 + f), ln(1 + f) = 2·atanh(f/(2 + f))
 */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const { mantissa, exponent } = split(x);
  const f = mantissa - 1;
  const s = f / (2 + f);
  const halfSquare = 0.5 * f * f;
  return exponent * LN2_HIGH - (halfSquare - (s * (halfSquare + logTail(s * s)) + exponent * LN2_LOW) - f);
}

/** (ln(1 + f) − 2s)/s as a function of z = s², |error| < 2^−58.45. */
const logTail = (z: number) => z * polynomial(z, LOG);
const LOG = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];

/**
 * xʸ for x ≥ 0.
 *
 * Accuracy  ≤ 2 ulp where |y·ln x| ≤ 32, ≤ 16 ulp everywhere; NaN for negative x
 * Source    ln x as an unevaluated sum of two numbers; products by Dekker (1971)
 */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (!(x > 0) || x === Infinity) return exp(y * log(x));
  const [high, low] = logInTwoParts(x);
  const product = y * high;
  const result = exp(product);
  if (!(result > 0) || result === Infinity) return result;
  return result + result * (productError(y, high, product) + y * low);
}

function logInTwoParts(x: number): [high: number, low: number] {
  const { mantissa, exponent } = split(x);
  const f = mantissa - 1;
  const d = mantissa + 1;
  const dLow = mantissa - (d - 1);
  const s = f / d;
  const sd = s * d;
  const sLow = (f - sd - productError(s, d, sd) - s * dLow) / d;
  const whole = exponent * LN2_HIGH;
  const sum = whole + 2 * s;
  const low = whole - sum + 2 * s + (2 * sLow + s * logTail(s * s) + exponent * LN2_LOW);
  const high = sum + low;
  return [high, sum - high + low];
}

/**
 * cos x for |x| ≤ 2²⁰.
 *
 * Accuracy  < 1 ulp; NaN beyond 2²⁰
 * Source    fdlibm e_rem_pio2.c, k_cos.c, k_sin.c
 */
export function cos(x: number): number {
  if (!(Math.abs(x) <= 0x100000)) return NaN;
  const n = Math.floor(x * 0.6366197723675814 + 0.5);
  // x − n·π/2 to 118 bits: the first two parts of π/2 have 33 bits, so that their products with n are exact.
  const first = x - n * 1.5707963267341256;
  const second = n * 6.077100506303966e-11;
  const r = first - second;
  const rest = n * 2.0222662487959506e-21 - (first - r - second);
  const high = r - rest;
  const low = r - high - rest;
  switch (n & 3) {
    case 0:
      return cosNearZero(high, low);
    case 1:
      return -sinNearZero(high, low);
    case 2:
      return -cosNearZero(high, low);
    default:
      return sinNearZero(high, low);
  }
}

/** cos(x + low) for |x| ≤ π/4. */
function cosNearZero(x: number, low: number): number {
  const z = x * x;
  const w = 1 - 0.5 * z;
  return w + (1 - w - 0.5 * z + (z * z * polynomial(z, COS) - x * low));
}
const COS = [
  4.16666666666666e-2, -1.388888888887411e-3, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
];

/** sin(x + low) for |x| ≤ π/4. */
function sinNearZero(x: number, low: number): number {
  const z = x * x;
  const cube = z * x;
  return x - (z * (0.5 * low - cube * polynomial(z, SIN)) - low + cube * 0.16666666666666632);
}
const SIN = [
  8.33333333332249e-3, -1.984126982985795e-4, 2.7557313707070068e-6, -2.5050760253406863e-8, 1.58969099521155e-10,
];

/**
 * The z with P(Z < z) = p for a standard normal Z.
 *
 * Accuracy  ≤ 1e-15 relative; ∓Infinity at 0 and 1, NaN outside
 * Source    Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988)
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(r, CENTRE[0])) / polynomial(r, CENTRE[1]);
  }
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const [numerator, denominator] = r <= 5 ? SHOULDER : TAIL;
  const t = r <= 5 ? r - 1.6 : r - 5;
  const z = polynomial(t, numerator) / polynomial(t, denominator);
  return q < 0 ? -z : z;
}
const CENTRE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
] as const;
const SHOULDER = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 2.2723844989269184e-2, 7.745450142783414e-4,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 1.5198666563616457e-2,
    5.475938084995345e-4, 1.0507500716444169e-9,
  ],
] as const;
const TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 2.6532189526576124e-2,
    1.2426609473880784e-3, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 1.4875361290850615e-2, 7.868691311456133e-4, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

/** Σ coefficients[i]·xⁱ. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/** a·b − product, exactly. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** The upper 26 bits of x's mantissa. */
function upperHalf(x: number): number {
  const c = 134217729 * x; // 2²⁷ + 1
  return c - (c - x);
}

/** 2ᵏ for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return float[0]!;
}

/** x = mantissa·2^exponent with mantissa in [√½, √2), for finite x > 0. */
function split(x: number): { mantissa: number; exponent: number } {
  const isSubnormal = x < 2.2250738585072014e-308;
  float[0] = isSubnormal ? x * 18014398509481984 : x; // 2⁵⁴
  const exponent = (words[1]! >>> 20) - 1023 - (isSubnormal ? 54 : 0);
  words[1] = (words[1]! & 0xfffff) | 0x3ff00000;
  const mantissa = float[0]!;
  return mantissa > Math.SQRT2 ? { mantissa: mantissa / 2, exponent: exponent + 1 } : { mantissa, exponent };
}

export function geometricMean(values: readonly number[]): number {
  return exp(values.reduce((sum, value) => sum + log(value), 0) / values.length);
}
