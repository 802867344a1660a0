/** Profile likelihood: how the objective rises when one parameter is held and the others are fitted again. */
import { exp, log } from "../../core/math.ts";
import { fromTheta, type Params, toTheta } from "../laws/index.ts";
import { type FitProblem, type Minimum, minimiseWith, type Objective, objectivesOf } from "../solve/index.ts";
import type { ProfileCurve } from "./uncertainty.ts";

export interface ProfilePlan {
  readonly parameter: string;
  /** The fit's optimum θ. */
  readonly optimum: Float64Array;
  /** What 2n·(f − f̂) is divided by: its scale under the law, from the bootstrap. */
  readonly scale: number;
  /** Statistic that the interval reaches up to. */
  readonly threshold: number;
  /** Of the bootstrap, `refitsAcross` them: where they leave the optimum's valley, the profile follows. */
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
/** Refits that are asked for other valleys. */
const NUM_REFITS = 16;

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
  const { parameter, optimum, threshold, refits } = plan;
  const lowest = objective(optimum, new Float64Array(optimum.length));
  const best = problem.law.publish(fromTheta(problem.law, optimum), problem.units)[parameter]!;
  const search = { problem, plan, objective, lowest, best };
  const middle = pointOf(search, 0, { value: lowest, x: optimum });
  const known = refits.flatMap((refit) => pointOfRefit(search, refit)).sort((a, b) => a.offset - b.offset);
  const below = follow(search, middle, known.toReversed(), -1);
  const above = follow(search, middle, known, 1);
  const points = [...below.toReversed(), middle, ...above];
  return {
    parameter,
    points: points.map(({ x: _, offset: __, ...point }) => point),
    threshold,
    interval: { low: crossing([middle, ...below], threshold), high: crossing([middle, ...above], threshold) },
  };
}

/** Refits spread evenly over the quantiles of a parameter. */
export function refitsAcross(refits: readonly Params[], parameter: string): Params[] {
  const ordered = [...refits].sort((a, b) => a[parameter]! - b[parameter]!);
  return Array.from({ length: NUM_REFITS }, (_, i) => ordered[Math.floor(((i + 0.5) / NUM_REFITS) * ordered.length)]!);
}

interface Search {
  readonly problem: FitProblem;
  readonly plan: ProfilePlan;
  readonly objective: Objective;
  /** The objective at the fit's optimum. */
  readonly lowest: number;
  /** The parameter's value there. */
  readonly best: number;
}

/** The point that a refit leads to, if within the interval, in whatever valley. */
function pointOfRefit(search: Search, refit: Params): Point[] {
  const { law, units } = search.problem;
  const { parameter, threshold } = search.plan;
  const offset = log(refit[parameter]! / search.best);
  if (!(Math.abs(offset) < FARTHEST)) return [];
  const point = pointAt(search, offset, [toTheta(law, law.unpublish(refit, units))]);
  return point.statistic < threshold ? [point] : [];
}

/** @param known in the order in which the curve meets them */
function follow(search: Search, middle: Point, known: readonly Point[], direction: 1 | -1): Point[] {
  const points: Point[] = [];
  const enough = BEYOND * search.plan.threshold;
  let [here, step] = [middle, FIRST_STEP];
  while (Math.abs(here.offset) < FARTHEST) {
    const distance = direction * here.offset;
    const ahead = known.find((point) => direction * point.offset > distance);
    if (here.statistic >= enough && ahead === undefined) break;
    const isWholeStep = ahead === undefined || distance + step <= direction * ahead.offset;
    const offset = isWholeStep ? direction * (distance + step) : ahead.offset;
    const next = pointAt(search, offset, ahead === undefined ? [here.x] : [here.x, ahead.x]);
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

/** Where the parameter is e^offset times its best value: the lowest optimum of the others that the starts lead to. */
function pointAt(search: Search, offset: number, starts: readonly Float64Array[]): Point {
  const { problem, plan, objective, best } = search;
  const held = new Map([[plan.parameter, best * exp(offset)]]);
  const ends = starts.map((start) => minimiseWith(problem, objective, start, held));
  return pointOf(
    search,
    offset,
    ends.reduce((a, b) => (b.value < a.value ? b : a)),
  );
}

function pointOf(search: Search, offset: number, { value, x }: Pick<Minimum, "value" | "x">): Point {
  const { problem, plan, lowest, best } = search;
  const { law, units, rows } = problem;
  const perMean = problem.objective.scale ?? 1;
  return {
    value: best * exp(offset),
    huberMean: value / perMean,
    statistic: (2 * rows.length * (value - lowest)) / perMean / plan.scale,
    params: law.publish(fromTheta(law, x), units),
    x,
    offset,
  };
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
