/** Profile likelihood: how the objective rises when one parameter is held and the others are fitted again. */
import { exp, log } from "../core/math.ts";
import { minimiseWith } from "./constrained.ts";
import { fromTheta } from "./law.ts";
import type { Objective } from "./minimise.ts";
import { type FitProblem, objectivesOf } from "./problem.ts";
import type { ProfileCurve } from "./uncertainty.ts";

export interface ProfilePlan {
  readonly parameter: string;
  /** The fit's optimum θ. */
  readonly optimum: Float64Array;
  /** What 2n·(f − f̂) is divided by: its scale under the law, from the bootstrap. */
  readonly scale: number;
  /** Statistic that the interval reaches up to. */
  readonly threshold: number;
}

type Point = ProfileCurve["points"][number] & { readonly x: Float64Array; readonly offset: number };

/** The curve is followed to a value this many times larger or smaller. */
const FARTHEST = log(1000);
const FIRST_STEP = 0.02;
const SMALLEST_STEP = 1e-4;
/** Of √statistic, from one point to the next. */
const MOST_RISE = 0.5;
const LEAST_RISE = 0.2;
/** A little beyond the threshold, for the figure. */
const BEYOND = 1.4;

/**
 * The curve of one parameter, followed outwards from the optimum both ways, each point from its neighbour's.
 *
 * Statistic   2n·(f(v) − f̂)/scale, compared with F(1, n − p)
 * Source      profile likelihood of an M-estimator: Ronchetti 1982, Heritier & Ronchetti 1994; its scale from the bootstrap
 */
export async function solveProfile(problem: FitProblem, plan: ProfilePlan): Promise<ProfileCurve> {
  const objective = (await objectivesOf(problem))();
  const { parameter, threshold } = plan;
  const middle = pointAt(problem, plan, objective, 0, plan.optimum);
  const below = follow(problem, plan, objective, middle, -1);
  const above = follow(problem, plan, objective, middle, 1);
  const points = [...below.toReversed(), middle, ...above];
  return {
    parameter,
    points: points.map(({ x: _, offset: __, ...point }) => point),
    threshold,
    interval: { low: crossing([middle, ...below], threshold), high: crossing([middle, ...above], threshold) },
  };
}

function follow(
  problem: FitProblem,
  plan: ProfilePlan,
  objective: Objective,
  middle: Point,
  direction: 1 | -1,
): Point[] {
  const points: Point[] = [];
  let [here, step] = [middle, FIRST_STEP];
  while (here.statistic < BEYOND * plan.threshold && Math.abs(here.offset) < FARTHEST) {
    const next = pointAt(problem, plan, objective, here.offset + direction * step, here.x);
    const rise = Math.sqrt(Math.max(0, next.statistic)) - Math.sqrt(Math.max(0, here.statistic));
    if (rise > MOST_RISE && step > SMALLEST_STEP) {
      step /= 2;
      continue;
    }
    points.push(next);
    here = next;
    if (rise < LEAST_RISE) step *= 1.7;
  }
  return points;
}

/** The optimum of the other parameters where this one is e^offset times its best value. */
function pointAt(
  problem: FitProblem,
  { parameter, optimum, scale }: ProfilePlan,
  objective: Objective,
  offset: number,
  start: Float64Array,
): Point {
  const { law, units, rows } = problem;
  const perMean = problem.objective.scale ?? 1;
  const best = law.publish(fromTheta(law, optimum), units)[parameter]!;
  const value = best * exp(offset);
  const end = offset === 0 ? undefined : minimiseWith(problem, objective, start, new Map([[parameter, value]]));
  const lowest = objective(optimum, new Float64Array(optimum.length)) / perMean;
  const huberMean = end === undefined ? lowest : end.value / perMean;
  const x = end?.x ?? optimum;
  const params = law.publish(fromTheta(law, x), units);
  return { value, huberMean, statistic: (2 * rows.length * (huberMean - lowest)) / scale, params, x, offset };
}

/** Where the statistic passes the threshold, its root being nearly straight in the logarithm; null where it does not. */
function crossing(outwards: readonly Point[], threshold: number): number | null {
  const outside = outwards.findIndex(({ statistic }) => statistic >= threshold);
  if (outside <= 0) return null;
  const [a, b] = [outwards[outside - 1]!, outwards[outside]!];
  const root = (point: Point) => Math.sqrt(Math.max(0, point.statistic));
  const share = (Math.sqrt(threshold) - root(a)) / (root(b) - root(a));
  return a.value * exp(share * log(b.value / a.value));
}
