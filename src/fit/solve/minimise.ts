/** Minimisation that does not notice what its objective is multiplied by. */
import { type LinePoint, wolfeStep } from "./line-search.ts";

/** f(x) ≥ 0, +∞ where undefined; overwrites `gradient` with f′(x). */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** Stationary means max |∂ ln f/∂xᵢ| at most this. */
  readonly tolerance?: number;
  /** f below this is rounding: nothing is left to gain. */
  readonly floor?: number;
  readonly maxIterations?: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** max |∂ ln f/∂xᵢ|, the same for f and for 10⁶·f. */
  readonly relativeGradient: number;
  /** False where the search ran out of iterations or of decrease. */
  readonly isStationary: boolean;
  readonly iterations: number;
}

/** A point of a search; its arrays are written anew for each trial. */
interface Point extends LinePoint {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
  value: number;
  step: number;
  slope: number;
}

/**
 * A local minimum of f, by BFGS.
 *
 * The first direction has length 1, the first inverse Hessian comes from the first step, and the end is judged on ln f:
 * so c·f gives the same path as f, for any c > 0. The coordinates should be of size 1, as logarithms are.
 *
 * Source   Nocedal & Wright 2006, algorithm 6.1 with eqs. 6.17 and 6.20
 */
export function minimise(objective: Objective, start: ArrayLike<number>, options: MinimiseOptions = {}): Minimum {
  const { tolerance = 1e-7, floor = 0, maxIterations = 2000 } = options;
  const isStationary = (p: Point) => p.value <= floor || largest(p.gradient) <= tolerance * p.value;
  let here = pointAt(objective, Float64Array.from(start));
  let trial = pointOf(new Float64Array(start.length));
  const direction = new Float64Array(start.length);
  const hessian = createInverseHessian(start.length);
  const at = (step: number): Point => {
    for (let i = 0; i < direction.length; i++) trial.x[i] = here.x[i]! + step * direction[i]!;
    trial.value = objective(trial.x, trial.gradient);
    trial.step = step;
    trial.slope = dot(trial.gradient, direction);
    return trial;
  };
  let iterations = 0;
  while (Number.isFinite(here.value) && !isStationary(here) && iterations++ < maxIterations) {
    hessian.descend(here.gradient, direction);
    here.step = 0;
    here.slope = dot(here.gradient, direction);
    if (wolfeStep(at, here) !== undefined) {
      hessian.update(here, trial);
      [here, trial] = [trial, here];
    } else if (hessian.isKnown()) hessian.forget();
    else break;
  }
  const { x, value } = here;
  return { x, value, relativeGradient: largest(here.gradient) / value, isStationary: isStationary(here), iterations };
}

function pointOf(x: Float64Array): Point {
  return { x, gradient: new Float64Array(x.length), value: 0, step: 0, slope: 0 };
}

function pointAt(objective: Objective, x: Float64Array): Point {
  const point = pointOf(x);
  point.value = objective(point.x, point.gradient);
  return point;
}

/** The approximation H of f″⁻¹, unknown until the first update. */
function createInverseHessian(size: number) {
  const h = new Float64Array(size * size);
  const [s, y, hy] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  let isKnown = false;
  return {
    isKnown: () => isKnown,
    forget: () => {
      isKnown = false;
    },
    /** direction ← −H·g, or steepest descent of length 1 where there is no H yet. */
    descend(gradient: Float64Array, direction: Float64Array): void {
      if (isKnown) multiply(h, gradient, direction);
      else direction.set(gradient);
      const scale = isKnown ? 1 : 1 / Math.sqrt(dot(gradient, gradient));
      for (let i = 0; i < size; i++) direction[i] = -scale * direction[i]!;
    },
    /** H ← (I − s·yᵀ/sᵀy)·H·(I − y·sᵀ/sᵀy) + s·sᵀ/sᵀy; the first H is sᵀy/yᵀy · I. */
    update(from: Point, to: Point): void {
      subtract(to.x, from.x, s);
      subtract(to.gradient, from.gradient, y);
      const sy = dot(s, y);
      if (!isKnown) setDiagonal(h, size, sy / dot(y, y));
      isKnown = true;
      multiply(h, y, hy);
      const ss = (1 + dot(y, hy) / sy) / sy;
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) h[i * size + j]! += ss * s[i]! * s[j]! - (s[i]! * hy[j]! + hy[i]! * s[j]!) / sy;
    },
  };
}

function setDiagonal(matrix: Float64Array, size: number, value: number): void {
  matrix.fill(0);
  for (let i = 0; i < size; i++) matrix[i * size + i] = value;
}

/** product ← matrix · vector. */
function multiply(matrix: Float64Array, vector: Float64Array, product: Float64Array): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += matrix[i * size + j]! * vector[j]!;
    product[i] = sum;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (let i = 0; i < vector.length; i++) most = Math.max(most, Math.abs(vector[i]!));
  return most;
}

/** out ← a − b. */
function subtract(a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < a.length; i++) out[i] = a[i]! - b[i]!;
}
