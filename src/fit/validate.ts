/** How well a law predicts runs that it was not fitted to. */

import { ConfigError } from "../core/errors.ts";
import { SIZE_TOLERANCE, SPARSITY_TOLERANCE } from "../core/grid.ts";
import { exp, log } from "../core/math.ts";
import { type FitOptions, fitLaw, optimumOf, poseFit } from "./fit.ts";
import { type FitRow, fromTheta, type LawInputs, type Params } from "./laws/law.ts";
import { type FitResult, predictLoss } from "./result.ts";
import { minimiseWithin } from "./solve/constrained.ts";
import { huber, residualOf } from "./solve/objective.ts";
import { type FitProblem, objectivesOf } from "./solve/problem.ts";

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
  return { aicc: aicc(problem, fit), leaveOneOut: await leaveOneOut(problem, fit), holdOuts };
}

function aicc({ law, rows }: FitProblem, { huberMean }: FitResult): number | null {
  const [n, k] = [rows.length, law.parameters.length + 1];
  return n > k + 1 ? n * log(2 * huberMean) + 2 * k + (2 * k * (k + 1)) / (n - k - 1) : null;
}

/** Each row predicted by the fit to all others, which is searched for from the fit to all. */
async function leaveOneOut(problem: FitProblem, fit: FitResult): Promise<PredictionErrors> {
  const { law, rows, units } = problem;
  const objectives = await objectivesOf(problem);
  const start = optimumOf(problem, fit);
  const weights = new Float64Array(rows.length).fill(1);
  const predicted = rows.map((row, i) => {
    weights[i] = 0;
    const { x } = minimiseWithin(problem, objectives(weights), start);
    weights[i] = 1;
    return law.predict(law.publish(fromTheta(law, x), units), row);
  });
  return errorsOf(problem, rows, predicted);
}

async function holdOut(problem: FitProblem, by: HoldOut["by"], options: FitOptions): Promise<HoldOut> {
  const isHeldOut = farEnd(problem.rows, by);
  const held = problem.rows.filter(isHeldOut);
  const from = Math.min(...held.map((row) => row[by]));
  try {
    const law = problem.law.name === "multiplier" ? "multiplier" : problem.law;
    const fit = await fitLaw(
      problem.rows.filter((row) => !isHeldOut(row)),
      { ...options, law },
    );
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

/** One law of a comparison. */
export interface LawComparison {
  readonly law: string;
  readonly formula: string;
  readonly parameters: number;
  readonly fit: FitResult;
  readonly validation: Validation;
  /** AICc above the lowest of the comparison; null where it has none. */
  readonly aiccDifference: number | null;
  /** Share of the evidence by AICc: e^(−Δ/2) over the sum of all. */
  readonly akaikeWeight: number | null;
}

export interface Comparison {
  readonly type: "comparison";
  readonly rows: number;
  /** Lowest AICc first. */
  readonly laws: readonly LawComparison[];
  /** Laws that the table cannot be fitted by, with the reason. */
  readonly refused: readonly { readonly law: string; readonly reason: string }[];
}

/** What a comparison is made of unless said. */
export const COMPARED_LAWS: readonly string[] = [
  "sparse",
  "multiplier",
  "sparse-no-cs",
  "average-parameter",
  "chinchilla",
  "kaplan",
  "abnar",
];

/**
 * Fits several laws to one table and says how each predicts what it did not see.
 *
 *     const { laws } = await compareLaws(rows, ["sparse", "chinchilla"], { residual: "log" });
 *
 * @param onProgress laws done, of how many
 * @throws {ConfigError} where no law can be fitted
 */
export async function compareLaws(
  rows: readonly FitRow[],
  names: readonly NonNullable<FitOptions["law"]>[] = COMPARED_LAWS,
  options: Omit<FitOptions, "law"> = {},
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Comparison> {
  const compared: Omit<LawComparison, "aiccDifference" | "akaikeWeight">[] = [];
  const refused: { law: string; reason: string }[] = [];
  for (const [done, law] of names.entries()) {
    onProgress(done, names.length);
    try {
      const fit = await fitLaw(rows, { ...options, law });
      const validation = await validateFit(rows, fit, { ...options, law });
      compared.push({ law: fit.law, formula: fit.formula, parameters: countOf(fit.params), fit, validation });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refused.push({ law: typeof law === "string" ? law : law.name, reason: error.message });
    }
  }
  if (compared.length === 0) throw new ConfigError(`fit: ${refused[0]?.reason ?? "laws must be named; got none."}`);
  return { type: "comparison", rows: rows.length, laws: ranked(compared), refused };
}

const countOf = (params: Params) => Object.keys(params).length;

function ranked(compared: readonly Omit<LawComparison, "aiccDifference" | "akaikeWeight">[]): LawComparison[] {
  const known = compared.flatMap(({ validation: { aicc } }) => (aicc === null ? [] : [aicc]));
  const lowest = Math.min(...known);
  const evidence = known.reduce((sum, aicc) => sum + exp((lowest - aicc) / 2), 0);
  return compared
    .map((entry) => {
      const { aicc } = entry.validation;
      if (aicc === null) return { ...entry, aiccDifference: null, akaikeWeight: null };
      return { ...entry, aiccDifference: aicc - lowest, akaikeWeight: exp((lowest - aicc) / 2) / evidence };
    })
    .sort((a, b) => (a.aiccDifference ?? Number.POSITIVE_INFINITY) - (b.aiccDifference ?? Number.POSITIVE_INFINITY));
}
