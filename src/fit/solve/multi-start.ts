/** One search from each of many starts, and what their ends say together. */

import { fromTheta, toTheta } from "../laws/index.ts";
import { type End, minimiseWithin } from "./constrained.ts";
import { type FitProblem, objectivesOf, roundingFloor } from "./problem.ts";
import { startPoint } from "./starts.ts";

/** A place where searches end. */
export interface LocalOptimum {
  /** In the optimiser's form of the law. */
  readonly coordinates: Float64Array;
  readonly value: number;
  /** Parameters that a bound stopped. */
  readonly atBounds: readonly string[];
  /** Starts that ended here. */
  readonly count: number;
}

/** Ends whose objectives differ by less than this share are one optimum. */
const SAME_OPTIMUM = 1e-6;

/** The ends of starts [begin, end). */
export async function solveStarts(problem: FitProblem, begin: number, end: number): Promise<End[]> {
  const objective = (await objectivesOf(problem))();
  return Array.from({ length: end - begin }, (_, i) =>
    minimiseWithin(problem, objective, toTheta(problem.law, startPoint(problem, begin + i))),
  );
}

/** The distinct ends, lowest first; searches that did not converge are left out. */
export function distinctOptima(problem: FitProblem, ends: readonly End[]): LocalOptimum[] {
  const floor = roundingFloor(problem);
  const sorted = ends.filter((end) => end.isStationary).sort((a, b) => a.value - b.value);
  const groups: End[][] = [];
  for (const end of sorted) {
    const group = groups.at(-1);
    if (group !== undefined && end.value <= Math.max(floor, group[0]!.value * (1 + SAME_OPTIMUM))) group.push(end);
    else groups.push([end]);
  }
  return groups.map((group) => ({
    coordinates: fromTheta(problem.law, group[0]!.x),
    value: group[0]!.value,
    atBounds: group[0]!.atBounds,
    count: group.length,
  }));
}
