/** Where the searches for a law's optimum begin. */
import { pow } from "../../core/math.ts";
import { RandomStream } from "../../core/rng.ts";
import type { Coordinate, Law } from "../laws/index.ts";
import type { StartScheme } from "./choices.ts";
import { type FitProblem, typicalRow } from "./problem.ts";

/** How far below its largest value a start may lie. */
const COEFFICIENT_RANGE = 50;
const EXPONENT_LOW = 0.05;
const EXPONENT_HIGH = 2;
/** The cube root of 27 shall be 3, not the next number above it. */
const ROOT_ROUNDING = 1e-9;

const TURNS = ["uniform", "log-uniform", "grid"] as const;

/** Start `index` of a problem, as coordinates of its law; a function of the seed and the index alone. */
export function startPoint(problem: FitProblem, index: number): number[] {
  const { law, units, rows, startScheme, starts } = problem;
  const typical = typicalRow(rows);
  const isMixed = startScheme === "mixed";
  const scheme = isMixed ? TURNS[index % 3]! : startScheme;
  const drawn =
    scheme === "grid"
      ? gridPoint(law, typical.loss, isMixed ? Math.floor(index / 3) : index, isMixed ? starts / 3 : starts)
      : randomPoint(problem, typical.loss, scheme, index);
  return law.start?.(drawn, typical, units) ?? drawn;
}

function randomPoint({ law, seed }: FitProblem, typicalLoss: number, scheme: StartScheme, index: number): number[] {
  const stream = new RandomStream(seed, "fit start", index);
  return law.coordinates.map((coordinate) => {
    const [low, high] = startRange(coordinate, typicalLoss);
    return scheme === "uniform" ? low + (high - low) * stream.uniform() : low * pow(high / low, stream.uniform());
  });
}

function startRange({ kind }: Coordinate, typicalLoss: number): [low: number, high: number] {
  return kind === "coefficient" ? [typicalLoss / COEFFICIENT_RANGE, typicalLoss] : [EXPONENT_LOW, EXPONENT_HIGH];
}

function gridPoint(law: Law, typicalLoss: number, point: number, points: number): number[] {
  const numExponents = law.coordinates.filter(({ kind }) => kind === "exponent").length;
  const levels = Math.max(1, Math.ceil(pow(points, 1 / numExponents) - ROOT_ROUNDING));
  const share = typicalLoss / (law.coordinates.length - numExponents);
  let rest = point;
  return law.coordinates.map(({ kind }) => {
    if (kind === "coefficient") return share;
    const level = rest % levels;
    rest = Math.floor(rest / levels);
    return EXPONENT_LOW * pow(EXPONENT_HIGH / EXPONENT_LOW, (level + 0.5) / levels);
  });
}
