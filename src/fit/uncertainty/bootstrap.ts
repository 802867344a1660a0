/** Refits of tables drawn from the table: how far the coefficients would move had other runs been made. */
import { SIZE_TOLERANCE } from "../../core/grid.ts";
import { RandomStream } from "../../core/rng.ts";
import { type FitRow, fromTheta, type Params, toTheta } from "../laws/index.ts";
import { type FitProblem, minimiseWithin, type Objective, objectivesOf, startPoint } from "../solve/index.ts";

export interface BootstrapPlan {
  /** The fit's own optimum θ, from which the refits start. */
  readonly optimum: Float64Array;
  /** `cases`: rows are drawn; `blocks`: all rows of one value of `by` together, as many blocks as there are. */
  readonly kind: "cases" | "blocks";
  readonly by: "nonzeroParams" | "data" | null;
  readonly seed: number;
}

/** One drawn table's fit. */
export interface Replicate {
  /** Null where the drawn table does not identify the law, or its search did not end. */
  readonly params: Params | null;
  /** By how much the fit's own optimum lies above the drawn table's, times the sum of weights: 2n·(f*(θ̂) − f*(θ̂*)). */
  readonly rise: number;
}

const FAILED: Replicate = { params: null, rise: Number.NaN };

/**
 * Replicates [begin, end), each a function of the seed and its number alone.
 *
 * A refit starts at the fit's optimum and at one of the random starts; the lower end counts.
 *
 * Source   Efron 1979; blocks, because runs of one size or length share what the law leaves out
 */
export async function solveReplicates(
  problem: FitProblem,
  plan: BootstrapPlan,
  begin: number,
  end: number,
): Promise<Replicate[]> {
  const objectives = await objectivesOf(problem);
  const blocks = blocksOf(problem.rows, plan);
  return Array.from({ length: end - begin }, (_, i) => {
    const weights = drawWeights(problem.rows.length, blocks, new RandomStream(plan.seed, "bootstrap", begin + i));
    return isIdentified(problem, weights) ? refit(problem, plan, objectives(weights), weights, begin + i) : FAILED;
  });
}

function refit(
  problem: FitProblem,
  { optimum }: BootstrapPlan,
  objective: Objective,
  weights: Float64Array,
  replicate: number,
): Replicate {
  const { law, units } = problem;
  const starts = [optimum, toTheta(law, startPoint(problem, replicate))];
  const ends = starts.map((start) => minimiseWithin(problem, objective, start)).filter((e) => e.isStationary);
  if (ends.length === 0) return FAILED;
  const best = ends.reduce((a, b) => (b.value < a.value ? b : a));
  const params = law.publish(fromTheta(law, best.x), units);
  if (!Object.values(params).every(Number.isFinite)) return FAILED;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const above = objective(optimum, new Float64Array(optimum.length)) - best.value;
  return { params, rise: (2 * total * above) / (problem.objective.scale ?? 1) };
}

/** Row indices of what is drawn as one. */
export function blocksOf(rows: readonly FitRow[], { kind, by }: Pick<BootstrapPlan, "kind" | "by">): number[][] {
  if (kind === "cases" || by === null) return rows.map((_, i) => [i]);
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]![by] - rows[b]![by]);
  const blocks: number[][] = [];
  for (const i of order) {
    const block = blocks.at(-1);
    if (block !== undefined && rows[i]![by] < SIZE_TOLERANCE * rows[block[0]!]![by]) block.push(i);
    else blocks.push([i]);
  }
  return blocks;
}

/** How often each row is drawn, when as many blocks are drawn as there are. */
function drawWeights(rows: number, blocks: readonly (readonly number[])[], stream: RandomStream): Float64Array {
  const weights = new Float64Array(rows);
  for (let draw = 0; draw < blocks.length; draw++)
    for (const row of blocks[stream.integer(blocks.length)]!) weights[row]!++;
  return weights;
}

/** More distinct rows than parameters, and two values of each input of the law. */
function isIdentified({ law, rows }: FitProblem, weights: Float64Array): boolean {
  const drawn = rows.filter((_, i) => weights[i]! > 0);
  const values = (input: (typeof law.inputs)[number]) => new Set(drawn.map((row) => row[input])).size;
  return drawn.length > law.parameters.length && law.inputs.every((input) => values(input) >= 2);
}
