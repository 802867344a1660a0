/** Where the searches for a law's optimum begin. */
import { RandomStream } from "../core/rng.ts";
import type { Coordinate, Law } from "./law.ts";

/** How far below its largest value a start may lie. */
const COEFFICIENT_RANGE = 50;
const EXPONENT_LOW = 0.05;
const EXPONENT_HIGH = 2;

export interface StartPlan {
  readonly law: Law;
  /** A typical loss of the table: what coefficients are measured in. */
  readonly typicalLoss: number;
  readonly seed: number;
  readonly starts: number;
}

/**
 * Start `index` of `plan.starts`, as coordinates of the law; a function of the seed and the index alone.
 *
 * Three ways take turns: uniform over the ranges, uniform over their logarithms, and a regular grid over the exponents
 * with equal coefficients.
 */
export function startPoint(plan: StartPlan, index: number): number[] {
  const way = index % 3;
  if (way === 2) return gridPoint(plan, Math.floor(index / 3));
  const stream = new RandomStream(plan.seed, "fit start", index);
  return plan.law.coordinates.map((coordinate) => {
    const [low, high] = startRange(coordinate, plan.typicalLoss);
    return way === 0 ? low + (high - low) * stream.uniform() : low * (high / low) ** stream.uniform();
  });
}

function startRange({ kind }: Coordinate, typicalLoss: number): [low: number, high: number] {
  return kind === "coefficient" ? [typicalLoss / COEFFICIENT_RANGE, typicalLoss] : [EXPONENT_LOW, EXPONENT_HIGH];
}

function gridPoint({ law, typicalLoss, starts }: StartPlan, point: number): number[] {
  const numExponents = law.coordinates.filter(({ kind }) => kind === "exponent").length;
  const levels = Math.max(1, Math.ceil((starts / 3) ** (1 / numExponents)));
  const share = typicalLoss / (law.coordinates.length - numExponents);
  let rest = point;
  return law.coordinates.map(({ kind }) => {
    if (kind === "coefficient") return share;
    const level = rest % levels;
    rest = Math.floor(rest / levels);
    return EXPONENT_LOW * (EXPONENT_HIGH / EXPONENT_LOW) ** ((level + 0.5) / levels);
  });
}
