/** Step lengths that a quasi-Newton method can build on. */

/** f along a line: the step, f there, and its slope. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** c₁ and c₂ below: the usual pair for quasi-Newton directions. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Changes of f below this share of f are rounding (sums of some hundred Huber losses are good to about 1e-14). */
const ROUNDING = 1e-12;
const MAX_TRIALS = 60;

/**
 * A step that fulfils the weak Wolfe conditions, by doubling and bisection.
 *
 *   f(t) ≤ f(0) + c₁·t·f′(0)   and   f′(t) ≥ c₂·f′(0)
 *
 * Nothing is interpolated, so kinks do no harm: a Huber loss with small δ is nearly a sum of absolute values. Near a
 * minimum, where f(t) − f(0) drowns in rounding, the slope stands in for the decrease: f′(t) ≤ (2c₁ − 1)·f′(0).
 *
 * Source   Lewis & Overton 2013, algorithm 2.6; approximate decrease: Hager & Zhang 2005, eq. 4.1
 *
 * @returns undefined where no step was found: f falls without end, or is all rounding
 */
export function wolfeStep<P extends LinePoint>(at: (step: number) => P, start: LinePoint): P | undefined {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = 1;
  for (let trial = 0; trial < MAX_TRIALS; trial++) {
    const point = at(step);
    if (!hasDecreased(start, point)) high = step;
    else if (point.slope < CURVATURE * start.slope) low = step;
    else return point;
    step = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
  }
  return undefined;
}

/** False for a point where f is not a number. */
function hasDecreased(start: LinePoint, { step, value, slope }: LinePoint): boolean {
  if (value <= start.value + DECREASE * step * start.slope) return true;
  return value <= start.value * (1 + ROUNDING) && slope <= (2 * DECREASE - 1) * start.slope;
}
