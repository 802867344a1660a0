/** Profile likelihood: how the objective rises when one parameter is held and the others are fitted again. */
import { exp, log } from "../core/math.ts";
import { minimiseWith } from "./constrained.ts";
import { fromTheta, type Params, toTheta } from "./law.ts";
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
  /** The bootstrap's: where they leave the optimum's valley, the profile is asked there too. */
  readonly refits: readonly Params[];
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
/** Refits that are asked for other valleys, spread evenly over their quantiles. */
const SCOUTS = 16;

/**
 * The curve of one parameter, followed outwards from the optimum both ways.
 *
 * Each point is the lowest end of searches from its neighbour and from the next place outwards that a refit led to:
 * where two terms can stand for each other the objective has several valleys, and the interval reaches over all of them,
 * the walls between them included.
 *
 * Statistic   2n·(f(v) − f̂)/scale, compared with F(1, n − p)
 * Source      profile likelihood of an M-estimator: Ronchetti 1982, Heritier & Ronchetti 1994; its scale from the bootstrap
 */
export async function solveProfile(problem: FitProblem, plan: ProfilePlan): Promise<ProfileCurve> {
  const objective = (await objectivesOf(problem))();
  const { parameter, threshold } = plan;
  const middle = pointAt(problem, plan, objective, 0, [plan.optimum]);
  const known = scout(problem, plan, objective, middle.value);
  const below = follow(problem, plan, objective, middle, known, -1);
  const above = follow(problem, plan, objective, middle, known, 1);
  const points = [...below.toReversed(), middle, ...above];
  return {
    parameter,
    points: points.map(({ x: _, offset: __, ...point }) => point),
    threshold,
    interval: { low: crossing([middle, ...below], threshold), high: crossing([middle, ...above], threshold) },
  };
}

/** Points within the interval that refits lead to, in whatever valley, in the order of their values. */
function scout(problem: FitProblem, plan: ProfilePlan, objective: Objective, best: number): Point[] {
  const { parameter, refits, threshold } = plan;
  const { law, units } = problem;
  const ordered = [...refits].sort((a, b) => a[parameter]! - b[parameter]!);
  const scouts = Array.from({ length: SCOUTS }, (_, i) => ordered[Math.floor(((i + 0.5) / SCOUTS) * ordered.length)]);
  return scouts.flatMap((refit) => {
    if (refit === undefined) return [];
    const offset = log(refit[parameter]! / best);
    if (!(Math.abs(offset) < FARTHEST)) return [];
    const point = pointAt(problem, plan, objective, offset, [toTheta(law, law.unpublish(refit, units))]);
    return point.statistic < threshold ? [point] : [];
  });
}

function follow(
  problem: FitProblem,
  plan: ProfilePlan,
  objective: Objective,
  middle: Point,
  known: readonly Point[],
  direction: 1 | -1,
): Point[] {
  const points: Point[] = [];
  const enough = BEYOND * plan.threshold;
  const outwards = direction > 0 ? known : known.toReversed();
  let [here, step] = [middle, FIRST_STEP];
  while (Math.abs(here.offset) < FARTHEST) {
    const distance = direction * here.offset;
    const ahead = outwards.find((point) => direction * point.offset > distance);
    if (here.statistic >= enough && ahead === undefined) break;
    const isWholeStep = ahead === undefined || distance + step <= direction * ahead.offset;
    const offset = isWholeStep ? direction * (distance + step) : ahead.offset;
    const next = pointAt(problem, plan, objective, offset, ahead === undefined ? [here.x] : [here.x, ahead.x]);
    const rise = Math.sqrt(Math.max(0, next.statistic)) - Math.sqrt(Math.max(0, here.statistic));
    if (rise > MOST_RISE && step > SMALLEST_STEP && here.statistic < enough) {
      step /= 2;
      continue;
    }
    points.push(next);
    here = next;
    if (rise < LEAST_RISE && isWholeStep) step *= 1.7;
  }
  return points;
}

/** The lowest optimum of the other parameters, of those that the starts lead to, where this one is e^offset times its best value. */
function pointAt(
  problem: FitProblem,
  { parameter, optimum, scale }: ProfilePlan,
  objective: Objective,
  offset: number,
  starts: readonly Float64Array[],
): Point {
  const { law, units, rows } = problem;
  const perMean = problem.objective.scale ?? 1;
  const best = law.publish(fromTheta(law, optimum), units)[parameter]!;
  const value = best * exp(offset);
  const lowest = objective(optimum, new Float64Array(optimum.length)) / perMean;
  const ends =
    offset === 0
      ? [{ value: lowest * perMean, x: optimum }]
      : starts.map((start) => minimiseWith(problem, objective, start, new Map([[parameter, value]])));
  const { value: lowestHere, x } = ends.reduce((a, b) => (b.value < a.value ? b : a));
  const huberMean = lowestHere / perMean;
  const params = law.publish(fromTheta(law, x), units);
  return { value, huberMean, statistic: (2 * rows.length * (huberMean - lowest)) / scale, params, x, offset };
}

/** Where the statistic last passes the threshold, its root being nearly straight in the logarithm; null where it does not. */
function crossing(outwards: readonly Point[], threshold: number): number | null {
  const outside = outwards.findLastIndex(({ statistic }) => statistic < threshold) + 1;
  if (outside === 0 || outside === outwards.length) return null;
  const [a, b] = [outwards[outside - 1]!, outwards[outside]!];
  const root = (point: Point) => Math.sqrt(Math.max(0, point.statistic));
  const share = (Math.sqrt(threshold) - root(a)) / (root(b) - root(a));
  return a.value * exp(share * log(b.value / a.value));
}
