/** Which parameters a table holds, and which it leaves to each other, in words. */

import { fromTheta, type LawInputs, type Params, powerFormOf, toLogInputs } from "../laws/index.ts";
import { type FitProblem, residualSlope } from "../solve/index.ts";
import { symmetricEigen } from "./eigen.ts";
import type { Identification, Interval, WeakDirection } from "./uncertainty.ts";

/** Curvature below this share of the largest makes a direction weak: the parameters may move a hundred times as far along it. */
const WEAK = 1e-4;
/** Parts of a direction that are worth naming. */
const NAMED_SHARE = 0.3;
/** An interval whose ends differ by more than this factor hardly identifies its parameter. */
const WIDE = 4;
const FEW_VALUES = 3;

const INPUT_NAMES: Readonly<Record<string, readonly [input: keyof LawInputs, letter: string]>> = {
  logDensity: ["sparsity", "S"],
  logParams: ["nonzeroParams", "N"],
  logMeanParams: ["nonzeroParams", "N"],
  logData: ["data", "D"],
};
const COUNTS = ["no", "one", "two", "three"];

/**
 * Curvatures of the objective at the optimum, and what they and the intervals say.
 *
 * The curvature is that of the squared residuals, JᵀJ (Gauss and Newton's Hessian): Huber's own, straight beyond δ and kinked
 * in a table, tells of single rows.
 *
 * @param atBounds parameters that a bound stopped
 */
export function identify(
  problem: FitProblem,
  optimum: Float64Array,
  intervals: Readonly<Record<string, Interval>>,
  atBounds: readonly string[],
): Identification {
  const { values, vectors } = symmetricEigen(curvature(problem, optimum));
  const largest = Math.max(...values);
  const weakDirections = values.flatMap((value, i): WeakDirection[] => {
    const relativeCurvature = Math.max(0, value) / largest;
    return relativeCurvature < WEAK ? [{ relativeCurvature, direction: directionOf(problem, vectors[i]!) }] : [];
  });
  return {
    condition: largest / Math.max(Math.min(...values), Number.MIN_VALUE),
    weakDirections,
    statements: [
      ...atBounds.map((name) => `${name} sits on a bound.`),
      ...wideIntervals(problem, intervals),
      ...new Set(weakDirections.map(tradeOff).filter((text) => text !== undefined)),
    ],
  };
}

/** JᵀJ/n, J the derivatives of the residuals by θ. */
function curvature({ law, rows, units, objective }: FitProblem, optimum: Float64Array): Float64Array[] {
  const coordinates = fromTheta(law, optimum);
  const gradient = new Float64Array(coordinates.length);
  const matrix = Array.from(coordinates, () => new Float64Array(coordinates.length));
  for (const row of rows) {
    const slope = residualSlope(objective.residual, law.evaluate(coordinates, toLogInputs(row, units), gradient));
    const j = gradient.map((g, i) => slope * g * (law.coordinates[i]!.positive ? coordinates[i]! : 1));
    for (const [a, line] of matrix.entries()) for (const b of line.keys()) line[b]! += (j[a]! * j[b]!) / rows.length;
  }
  return matrix;
}

function directionOf({ law }: FitProblem, vector: Float64Array): Params {
  return Object.fromEntries(law.parameters.map((name, i) => [name, vector[i]!]));
}

function tradeOff({ direction }: WeakDirection): string | undefined {
  const names = Object.keys(direction).filter((name) => Math.abs(direction[name]!) > NAMED_SHARE);
  if (names.length < 2) return undefined;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} trade against each other: the table holds their balance, not each alone.`;
}

function wideIntervals(problem: FitProblem, intervals: Readonly<Record<string, Interval>>): string[] {
  return Object.entries(intervals).flatMap(([name, { low, high }]) => {
    if (low > 0 && high / low < WIDE) return [];
    const few = fewValues(problem, name);
    const why = few === undefined ? "" : `; ${few[0]} takes ${COUNTS[few[1]]} values only`;
    return [`${name} is hardly identified: its 95 % interval is ${low.toPrecision(3)} … ${high.toPrecision(3)}${why}.`];
  });
}

/** The input that a parameter of a sum of powers belongs to, where it takes few values. */
function fewValues({ law, rows }: FitProblem, name: string): [letter: string, values: number] | undefined {
  const index = law.parameters.indexOf(name);
  const terms = powerFormOf(law)?.terms.filter((term) => term.some(({ coordinate }) => coordinate === index)) ?? [];
  const own = terms.flat().filter(({ coordinate, column }) => coordinate === index && column !== "one");
  for (const { column } of own.length > 0 ? own : terms.flat()) {
    const known = typeof column === "string" ? INPUT_NAMES[column] : undefined;
    if (known === undefined) continue;
    const values = new Set(rows.map((row) => row[known[0]])).size;
    if (values <= FEW_VALUES) return [known[1], values];
  }
  return undefined;
}
