/** Minima with some of the published parameters held at a value, or within bounds. */
import { fromTheta, type Law, type Params, toTheta } from "../laws/index.ts";
import { type MinimiseOptions, type Minimum, minimise, type Objective } from "./minimise.ts";
import { type FitProblem, roundingFloor } from "./problem.ts";

/** The end of a search. */
export interface End extends Minimum {
  /** Parameters that a bound stopped. */
  readonly atBounds: readonly string[];
}

/** How far inside a bound a lower objective is looked for, as a share of the bound. */
const INSIDE = 1e-5;

/**
 * A local minimum of a problem's objective within its bounds, from θ: parameters that leave their range are held at its end,
 * and let go where the objective falls towards the inside.
 */
export function minimiseWithin(problem: FitProblem, objective: Objective, start: Float64Array): End {
  const options = { floor: roundingFloor(problem) };
  const fixed = new Map<string, number>();
  let end = minimise(objective, start, options);
  for (let round = 0; round < 4 * problem.law.parameters.length; round++) {
    const violated = violations(problem, end.x).filter(([name]) => !fixed.has(name));
    const released = violated.length > 0 ? undefined : firstReleased(problem, objective, end.x, fixed);
    if (violated.length === 0 && released === undefined) break;
    for (const [name, bound] of violated) fixed.set(name, bound);
    if (released !== undefined) fixed.delete(released);
    end = minimiseWith(problem, objective, end.x, fixed, options);
  }
  return { ...end, atBounds: [...fixed.keys()] };
}

/** The minimum over the other parameters, with some held at a value; the start and the end are whole points θ. */
export function minimiseWith(
  problem: FitProblem,
  objective: Objective,
  start: ArrayLike<number>,
  fixed: ReadonlyMap<string, number>,
  options: MinimiseOptions = { floor: roundingFloor(problem) },
): Minimum {
  if (fixed.size === 0) return minimise(objective, start, options);
  const { law } = problem;
  const held = [...fixed]
    .map(([name, value]) => ({ name, value, index: law.parameters.indexOf(name) }))
    // A coefficient's coordinate depends on exponents, so these come first.
    .sort((a, b) => rank(law, a.index) - rank(law, b.index));
  const free = [...law.coordinates.keys()].filter((i) => !held.some(({ index }) => index === i));
  const wholeGradient = new Float64Array(law.coordinates.length);
  const whole = (x: ArrayLike<number>): Float64Array => {
    const theta = Float64Array.from(start);
    for (const [k, i] of free.entries()) theta[i] = x[k]!;
    for (const { name, value, index } of held) theta[index] = thetaFor(problem, theta, name, value, index);
    return theta;
  };
  const reduced: Objective = (x, gradient) => {
    const value = objective(whole(x), wholeGradient);
    for (const [k, i] of free.entries()) {
      gradient[k] = wholeGradient[i]!;
      if (law.coordinates[i]!.kind === "coefficient") continue;
      const slopes = derivative((shift) => whole(moved(x, k, shift)));
      for (const { index } of held) gradient[k]! += wholeGradient[index]! * slopes[index]!;
    }
    return value;
  };
  const { x, ...minimum } = minimise(
    reduced,
    free.map((i) => start[i]!),
    options,
  );
  return { ...minimum, x: whole(x) };
}

const rank = ({ coordinates }: Law, index: number) => (coordinates[index]!.kind === "exponent" ? 0 : 1);

/** The θ of a coordinate that gives its published parameter a value, at the other coordinates of a point. */
function thetaFor({ law, units }: FitProblem, theta: Float64Array, name: string, value: number, index: number): number {
  const params: Params = { ...law.publish(fromTheta(law, theta), units), [name]: value };
  return toTheta(law, law.unpublish(params, units))[index]!;
}

/** Relative to θ of about 1: the error is about 10⁻¹², of fourth order. */
const STEP = 1e-3;

function derivative(at: (shift: number) => Float64Array): Float64Array {
  const [a, b, c, d] = [at(-2 * STEP), at(-STEP), at(STEP), at(2 * STEP)] as const;
  return a.map((_, i) => (8 * (c[i]! - b[i]!) - (d[i]! - a[i]!)) / (12 * STEP));
}

function moved(x: ArrayLike<number>, k: number, shift: number): Float64Array {
  const point = Float64Array.from(x);
  point[k]! += shift;
  return point;
}

/** Parameters out of their range, with the end of it that they passed. */
function violations({ law, units, bounds }: FitProblem, theta: Float64Array): [name: string, bound: number][] {
  const params = law.publish(fromTheta(law, theta), units);
  return Object.entries(bounds).flatMap(
    ([name, { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }]) => {
      if (params[name]! < low) return [[name, low]];
      return params[name]! > high ? [[name, high]] : [];
    },
  );
}

/** A parameter held at a bound from which the objective falls inwards. */
function firstReleased(
  problem: FitProblem,
  objective: Objective,
  theta: Float64Array,
  fixed: ReadonlyMap<string, number>,
): string | undefined {
  const gradient = new Float64Array(theta.length);
  const here = objective(theta, gradient);
  for (const [name, bound] of fixed) {
    const inwards = bound === problem.bounds[name]?.low ? 1 : -1;
    const index = problem.law.parameters.indexOf(name);
    const inside = Float64Array.from(theta);
    inside[index] = thetaFor(problem, theta, name, bound * (1 + inwards * INSIDE), index);
    if (objective(inside, gradient) < here * (1 - 1e-9)) return name;
  }
  return undefined;
}
