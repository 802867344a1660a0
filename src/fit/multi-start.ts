/** One search from each of many starts, and what their ends say together. */
import { type FitRow, type FitUnits, fromTheta, type Law, toTheta } from "./law.ts";
import { type Minimum, minimise } from "./minimise.ts";
import { fitObjective, huber, type ObjectiveOptions } from "./objective.ts";
import { startPoint } from "./starts.ts";

/** Everything that the end of every start follows from. */
export interface FitProblem {
  readonly law: Law;
  readonly rows: readonly FitRow[];
  readonly units: FitUnits;
  readonly objective: ObjectiveOptions;
  readonly starts: number;
  readonly seed: number;
}

/** A place where searches end. */
export interface LocalOptimum {
  /** In the optimiser's form of the law. */
  readonly coordinates: Float64Array;
  readonly value: number;
  /** Starts that ended here. */
  readonly count: number;
}

/** Runs every start of a problem, in the order of their indices, wherever it likes. */
export type StartRunner = (problem: FitProblem) => Promise<Minimum[]>;

/** Ends whose objectives differ by less than this share are one optimum. */
const SAME_OPTIMUM = 1e-6;
/** Share of a loss below which a residual is rounding. */
const RESIDUAL_ROUNDING = 1e-12;

/** Every start, one after the other, on this thread. */
export const startsHere: StartRunner = async (problem) => solveStarts(problem, 0, problem.starts);

/** The ends of starts [begin, end). */
export function solveStarts(problem: FitProblem, begin: number, end: number): Minimum[] {
  const { law, rows, units, objective, starts, seed } = problem;
  const plan = { law, typicalLoss: typicalLoss(rows), seed, starts };
  const objectiveFunction = fitObjective(law, rows, units, objective);
  const floor = roundingFloor(problem);
  return Array.from({ length: end - begin }, (_, i) =>
    minimise(objectiveFunction, toTheta(law, startPoint(plan, begin + i)), { floor }),
  );
}

/** The distinct ends, lowest first; searches that did not converge are left out. */
export function distinctOptima(problem: FitProblem, ends: readonly Minimum[]): LocalOptimum[] {
  const floor = roundingFloor(problem);
  const sorted = ends.filter((end) => end.isStationary).sort((a, b) => a.value - b.value);
  const groups: Minimum[][] = [];
  for (const end of sorted) {
    const group = groups.at(-1);
    if (group !== undefined && end.value <= Math.max(floor, group[0]!.value * (1 + SAME_OPTIMUM))) group.push(end);
    else groups.push([end]);
  }
  return groups.map((group) => ({
    coordinates: fromTheta(problem.law, group[0]!.x),
    value: group[0]!.value,
    count: group.length,
  }));
}

/** The objective of residuals that are nothing but rounding. */
function roundingFloor({ objective, rows }: FitProblem): number {
  const residual = RESIDUAL_ROUNDING * (objective.residual === "log" ? 1 : typicalLoss(rows));
  return (objective.scale ?? 1) * huber(residual, objective.delta);
}

/** The median. */
function typicalLoss(rows: readonly FitRow[]): number {
  return rows.map((row) => row.loss).sort((a, b) => a - b)[rows.length >> 1]!;
}
