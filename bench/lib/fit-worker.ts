/** One thread of `npm run bench:fit`: searches from starts, or from the optimum with weights drawn with replacement. */
import { RandomStream } from "../../src/core/rng.ts";
import { poseFit } from "../../src/fit/fit.ts";
import type { FitRow } from "../../src/fit/laws/law.ts";
import { toTheta } from "../../src/fit/laws/law.ts";
import { minimiseWithin } from "../../src/fit/solve/constrained.ts";
import { fitObjective } from "../../src/fit/solve/objective.ts";
import type { WeightedObjectives } from "../../src/fit/solve/power-objective.ts";
import { type FitProblem, objectivesOf } from "../../src/fit/solve/problem.ts";
import { startPoint } from "../../src/fit/solve/starts.ts";

export interface FitTask {
  readonly rows: readonly FitRow[];
  readonly objective: "wasm" | "twin";
  /** `starts`: one search each; `refits`: one search each from the optimum, the rows drawn with replacement. */
  readonly work: "starts" | "refits";
  /** Coordinates of the optimum. */
  readonly optimum: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Searches that converged. */
export default async function search({ rows, objective, work, optimum, begin, end }: FitTask): Promise<number> {
  const problem = poseFit(rows, { residual: "log", delta: 0.001 });
  const objectives = objective === "wasm" ? await objectivesOf(problem) : twinsOf(problem);
  const plain = objectives();
  let converged = 0;
  for (let index = begin; index < end; index++) {
    const start = toTheta(problem.law, work === "starts" ? startPoint(problem, index) : optimum);
    const weighted = work === "starts" ? plain : objectives(drawnWeights(rows.length, index));
    converged += Number(minimiseWithin(problem, weighted, start).isStationary);
  }
  return converged;
}

function twinsOf({ law, rows, units, objective }: FitProblem): WeightedObjectives {
  return (weights) => fitObjective(law, rows, units, objective, weights);
}

/** How often each row is drawn in as many draws as there are rows. */
function drawnWeights(rows: number, index: number): Float64Array {
  const stream = new RandomStream(0, "bench refit", index);
  const weights = new Float64Array(rows);
  for (let draw = 0; draw < rows; draw++) weights[Math.floor(stream.uniform() * rows)]! += 1;
  return weights;
}
