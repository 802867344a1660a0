/** One-dimensional searches: the lowest point over densities, and where a falling function meets a value. */
import { exp, log } from "../../core/math.ts";

/** The scan for the valley: 16 points to a factor of ten of density, down to one weight in 10⁶. */
const SCAN_POINTS = 96;
const LOG_LOWEST_DENSITY = log(1e-6);
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The S of the lowest value: a scan in ln(1−S) for the right valley, then golden section within it. */
export function lowestAlongDensity(valueAt: (sparsity: number) => number): number {
  const at = (point: number) => valueAt(sparsityAt(point));
  const values = Array.from({ length: SCAN_POINTS + 1 }, (_, point) => at(point));
  let lowest = 0;
  for (let point = 1; point <= SCAN_POINTS; point++) if (values[point]! < values[lowest]!) lowest = point;
  const valley = goldenSection(at, Math.max(0, lowest - 1), Math.min(SCAN_POINTS, lowest + 1));
  return sparsityAt(at(valley) < values[lowest]! ? valley : lowest);
}

/** Point 0 is dense; equal steps are equal factors of the density. */
function sparsityAt(point: number): number {
  return 1 - exp((LOG_LOWEST_DENSITY * point) / SCAN_POINTS);
}

/** The minimum of a function with one valley between low and high, to the √ε that its values allow. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
  let [fLeft, fRight] = [f(left), f(right)];
  while (b - a > 1e-9) {
    if (fLeft <= fRight) {
      [b, right, fRight] = [right, left, fLeft];
      left = b - GOLDEN * (b - a);
      fLeft = f(left);
    } else {
      [a, left, fLeft] = [left, right, fRight];
      right = a + GOLDEN * (b - a);
      fRight = f(right);
    }
  }
  return (a + b) / 2;
}

/** Sizes and amounts of data lie between 1 and this. */
const LOG_LARGEST = log(1e40);
const HALVINGS = 80;

/**
 * The x at which a falling function of x crosses zero: 1 where it is not positive there already, Infinity where it still is at
 * 10⁴⁰.
 */
export function crossing(falling: (x: number) => number): number {
  let [low, high] = [0, LOG_LARGEST];
  if (falling(1) <= 0) return 1;
  if (falling(exp(high)) > 0) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (falling(exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return exp((low + high) / 2);
}
