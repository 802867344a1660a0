/** Quantiles of the distributions that intervals are read off. */
import { exp, log, pow } from "../../core/math.ts";
import type { Interval } from "./uncertainty.ts";

/**
 * The value that F(1, degrees) stays below with a probability: the square of Student's t.
 *
 * Accuracy   10⁻¹⁰, by bisection of the distribution function
 */
export function fQuantile(probability: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (fProbability(high, degrees) < probability) high *= 2;
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2;
    if (fProbability(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(F(1, ν) ≤ x) = I(x/(x+ν); 1/2, ν/2). */
function fProbability(x: number, degrees: number): number {
  return incompleteBeta(x / (x + degrees), 0.5, degrees / 2);
}

/**
 * The regularised incomplete beta function I(x; a, b).
 *
 * Source   Abramowitz & Stegun 26.5.8, the continued fraction, by Lentz's method
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(1 - x)) / a;
  return front * betaFraction(x, a, b);
}

function betaFraction(x: number, a: number, b: number): number {
  let [c, d] = [1, 1 / (1 - ((a + b) * x) / (a + 1))];
  let value = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x ≥ 1/2. Source: Lanczos 1964, g = 7. */
export function logGamma(x: number): number {
  const z = x - 1;
  const series = LANCZOS.slice(1).reduce((sum, c, i) => sum + c / (z + i + 1), LANCZOS[0]!);
  const t = z + 7.5;
  return 0.5 * log(2 * Math.PI) + (z + 0.5) * log(t) - t + log(series);
}

/** The median of χ² with some degrees of freedom. Source: Wilson & Hilferty 1931. */
export function chiSquareMedian(degrees: number): number {
  return degrees * pow(1 - 2 / (9 * degrees), 3);
}

/** A quantile of a sample, straight between its order statistics. */
export function quantile(values: readonly number[], probability: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  // Infinities between which there is no straight line: a parameter may have run off in a refit.
  return a === b || position === below ? a : a + (b - a) * (position - below);
}

/** The central 95 % of a sample: its 2.5th and 97.5th percentile. */
export function intervalOf(values: readonly number[]): Interval {
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
