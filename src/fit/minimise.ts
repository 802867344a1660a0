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

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
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
  let inverseHessian: Float64Array | undefined;
  let iterations = 0;
  while (Number.isFinite(here.value) && !isStationary(here) && iterations++ < maxIterations) {
    const direction = descentDirection(here.gradient, inverseHessian);
    const next = wolfeStep(lineFrom(objective, here, direction), {
      ...here,
      step: 0,
      slope: dot(here.gradient, direction),
    });
    if (next !== undefined) {
      inverseHessian = updated(inverseHessian, difference(next.x, here.x), difference(next.gradient, here.gradient));
      here = next;
    } else if (inverseHessian !== undefined) inverseHessian = undefined;
    else break;
  }
  const { x, value } = here;
  return { x, value, relativeGradient: largest(here.gradient) / value, isStationary: isStationary(here), iterations };
}

function pointAt(objective: Objective, x: Float64Array): Point {
  const gradient = new Float64Array(x.length);
  return { x, value: objective(x, gradient), gradient };
}

function lineFrom(objective: Objective, { x }: Point, direction: Float64Array): (step: number) => Point & LinePoint {
  return (step) => {
    const point = pointAt(
      objective,
      x.map((v, i) => v + step * direction[i]!),
    );
    return { ...point, step, slope: dot(point.gradient, direction) };
  };
}

/** −H·g, or steepest descent of length 1 where there is no H yet. */
function descentDirection(gradient: Float64Array, inverseHessian: Float64Array | undefined): Float64Array {
  const product = inverseHessian ? multiply(inverseHessian, gradient) : gradient;
  const scale = inverseHessian ? 1 : 1 / Math.sqrt(dot(gradient, gradient));
  return product.map((v) => -scale * v);
}

/** H ← (I − s·yᵀ/sᵀy)·H·(I − y·sᵀ/sᵀy) + s·sᵀ/sᵀy; the first H is sᵀy/yᵀy · I. */
function updated(previous: Float64Array | undefined, s: Float64Array, y: Float64Array): Float64Array {
  const size = s.length;
  const sy = dot(s, y);
  const h = previous ?? diagonal(size, sy / dot(y, y));
  const hy = multiply(h, y);
  const ss = (1 + dot(y, hy) / sy) / sy;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) h[i * size + j]! += ss * s[i]! * s[j]! - (s[i]! * hy[j]! + hy[i]! * s[j]!) / sy;
  return h;
}

function diagonal(size: number, value: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = value;
  return matrix;
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) product[i]! += matrix[i * size + j]! * vector[j]!;
  return product;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (const v of vector) most = Math.max(most, Math.abs(v));
  return most;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v - b[i]!);
}
