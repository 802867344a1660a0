/** How well a law predicts runs that it was not fitted to. */
import { ConfigError } from "../core/errors.ts";
import { SIZE_TOLERANCE, SPARSITY_TOLERANCE } from "../core/grid.ts";
import { log } from "../core/math.ts";
import { type FitOptions, fitLaw, optimumOf, poseFit } from "./fit.ts";
import { type FitResult, predictLoss } from "./fit-json.ts";
import { type FitRow, type LawInputs, lawForRows } from "./laws/index.ts";
import { type FitProblem, huber, residualOf } from "./solve/index.ts";
import { ranges, type TaskRunner, tasksHere } from "./tasks.ts";

/** Errors of predictions, predicted − measured over measured. */
export interface PredictionErrors {
  /** Predictions compared. */
  readonly rows: number;
  readonly meanAbsolutePercentage: number;
  /** Mean of the signed errors, percent: above 0 where the law promises too high a loss. */
  readonly biasPercentage: number;
  readonly huberMean: number;
}

/** The runs at one end of an input, predicted from all others. */
export interface HoldOut {
  readonly by: (typeof HOLD_OUTS)[number];
  /** The smallest input among those held out. */
  readonly from: number;
  /** Null where the rest does not identify the law, or the law does not reach that far. */
  readonly errors: PredictionErrors | null;
  /** Why there are no errors, or why they say little. */
  readonly reason: string | null;
}

export interface Validation {
  /**
   * Akaike's criterion, corrected for small tables; lower is better, among laws of the same table and objective.
   *
   *   n·ln(2f) + 2k + 2k(k+1)/(n−k−1),  f mean Huber loss, k parameters and the scale of the residuals
   *
   * Null where there are not more than k + 1 rows.
   */
  readonly aicc: number | null;
  readonly leaveOneOut: PredictionErrors;
  readonly holdOuts: readonly HoldOut[];
}

/** Refits that leave out a row each take about as long as a search from a start. */
const ROWS_PER_TASK = 8;

export const HOLD_OUTS = ["nonzeroParams", "data", "sparsity"] as const;

/**
 * Leave-one-out errors, extrapolation to the largest N, the most data and the highest sparsity, and AICc of a fit.
 *
 * Source   AICc: Hurvich & Tsai 1989; with Huber's loss for half the squared residual, in the spirit of Ronchetti 1985
 *
 * @param fit what `fitLaw` made of the same rows and options
 * @throws {ConfigError} as `fitLaw`
 */
export async function validateFit(
  rows: readonly FitRow[],
  fit: FitResult,
  options: FitOptions = {},
): Promise<Validation> {
  const problem = poseFit(rows, options);
  const holdOuts: HoldOut[] = [];
  for (const by of HOLD_OUTS) if (varies(rows, by)) holdOuts.push(await holdOut(problem, by, options));
  const { run = tasksHere } = options;
  return { aicc: aicc(problem, fit), leaveOneOut: await leaveOneOut(problem, fit, run), holdOuts };
}

function aicc({ law, rows }: FitProblem, { huberMean }: FitResult): number | null {
  const [n, k] = [rows.length, law.parameters.length + 1];
  return n > k + 1 ? n * log(2 * huberMean) + 2 * k + (2 * k * (k + 1)) / (n - k - 1) : null;
}

async function leaveOneOut(problem: FitProblem, fit: FitResult, run: TaskRunner): Promise<PredictionErrors> {
  const optimum = optimumOf(problem, fit);
  const parts = ranges(problem.rows.length, ROWS_PER_TASK);
  const tasks = parts.map((part) => ({ kind: "leave-one-out" as const, optimum, ...part }));
  return errorsOf(problem, problem.rows, (await run(problem, tasks)).flat());
}

async function holdOut(problem: FitProblem, by: HoldOut["by"], options: FitOptions): Promise<HoldOut> {
  const isHeldOut = farEnd(problem.rows, by);
  const held = problem.rows.filter(isHeldOut);
  const from = Math.min(...held.map((row) => row[by]));
  try {
    const others = problem.rows.filter((row) => !isHeldOut(row));
    const fit = await fitLaw(others, { ...options, law: lawForRows(problem.law, others) });
    const predicted = held.map((row) => predictLoss(fit, row));
    return { by, from, errors: errorsOf(problem, held, predicted), reason: fit.warnings[0] ?? null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { by, from, errors: null, reason: error.message };
  }
}

/** Whether a row belongs to the largest value of an input, as a grid means it. */
function farEnd(rows: readonly LawInputs[], by: HoldOut["by"]): (row: LawInputs) => boolean {
  const most = Math.max(...rows.map((row) => row[by]));
  return (row) => (by === "sparsity" ? row.sparsity > most - SPARSITY_TOLERANCE : row[by] * SIZE_TOLERANCE > most);
}

/** Whether something is left where the largest value of an input is held out. */
function varies(rows: readonly LawInputs[], by: HoldOut["by"]): boolean {
  const isHeldOut = farEnd(rows, by);
  return rows.some((row) => !isHeldOut(row));
}

function errorsOf(
  { objective: { residual, delta } }: FitProblem,
  rows: readonly FitRow[],
  predicted: readonly number[],
): PredictionErrors {
  const mean = (of: (row: FitRow, loss: number) => number) =>
    rows.reduce((sum, row, i) => sum + of(row, predicted[i]!), 0) / rows.length;
  return {
    rows: rows.length,
    meanAbsolutePercentage: 100 * mean((row, loss) => Math.abs(loss / row.loss - 1)),
    biasPercentage: 100 * mean((row, loss) => loss / row.loss - 1),
    huberMean: mean((row, loss) => huber(residualOf(residual, loss, row.loss), delta)),
  };
}
