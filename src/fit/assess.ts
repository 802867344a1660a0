/** How far a fit can be trusted: bootstrap, profiles, identification, and bands around whatever is predicted from it. */
import { ConfigError } from "../core/errors.ts";
import { type FitOptions, optimumOf, poseFit } from "./fit.ts";
import type { FitResult } from "./fit-json.ts";
import type { FitRow, Params } from "./laws/index.ts";
import type { FitProblem } from "./solve/index.ts";
import { ranges, type TaskMonitor, tasksHere } from "./tasks.ts";
import {
  type Bootstrap,
  type BootstrapPlan,
  chiSquareMedian,
  fQuantile,
  identify,
  intervalOf,
  type ProfilePlan,
  quantile,
  refitsAcross,
  type Uncertainty,
} from "./uncertainty/index.ts";

export interface AssessOptions extends FitOptions, TaskMonitor {
  /** Refits of drawn tables (default 1000). */
  readonly replicates?: number;
  /** Draws all runs of one N, or of one D, together; single runs unless said. */
  readonly blocks?: "nonzeroParams" | "data";
  /** Profile likelihood of every parameter (default true). */
  readonly profiles?: boolean;
}

/** Digits that a drawn coefficient keeps: its 10⁻⁹ moves a prediction by 10⁻⁷ of itself at most. */
const DIGITS = 9;
const REPLICATES_PER_TASK = 50;
const COVERAGE = 0.95;

/**
 * What a table leaves open of its fit.
 *
 *     const fit = await fitLaw(rows, options);
 *     const { intervals } = await assessFit(rows, fit, { ...options, replicates: 4000 });
 *
 * Source   percentile intervals: Efron 1979; profiles: `solveProfile`
 *
 * @param fit what `fitLaw` made of the same rows and options
 * @throws {ConfigError} as `fitLaw`, for replicates out of range, and where most drawn tables do not identify the law
 */
export async function assessFit(
  rows: readonly FitRow[],
  fit: FitResult,
  options: AssessOptions = {},
): Promise<Uncertainty> {
  const { replicates = 1000, blocks, profiles = true, run = tasksHere, seed = 0, onDone, signal } = options;
  requireReplicates(replicates);
  const problem = poseFit(rows, options);
  const optimum = optimumOf(problem, fit);
  const plan: BootstrapPlan = { optimum, kind: blocks === undefined ? "cases" : "blocks", by: blocks ?? null, seed };
  const tasks = ranges(replicates, REPLICATES_PER_TASK).map((part) => ({ kind: "bootstrap" as const, plan, ...part }));
  const profiled = profiles ? problem.law.parameters.filter((name) => fit.params[name]! > 0) : [];
  const total = tasks.length + profiled.length;
  const count = (before: number) => (done: number) => onDone?.(before + done, total);
  const drawn = (await run(problem, tasks, { onDone: count(0), signal })).flat();
  const params = drawn.flatMap((replicate) => (replicate.params === null ? [] : [rounded(replicate.params)]));
  if (params.length < replicates / 2)
    throw new ConfigError(
      `fit: drawn tables must identify the ${problem.law.name} law; got ${replicates - params.length} of ${replicates} that do not. Add runs, or draw single runs.`,
    );
  const bootstrap: Bootstrap = {
    kind: plan.kind,
    by: plan.by,
    seed,
    replicates,
    failed: replicates - params.length,
    params,
  };
  const intervals = Object.fromEntries(
    problem.law.parameters.map((name) => [name, intervalOf(params.map((p) => p[name]!))]),
  );
  const scale = ratioScale(problem, drawn.map(({ rise }) => rise).filter(Number.isFinite));
  const curves = await run(problem, profileTasks(problem, profiled, { optimum, scale }, params), {
    onDone: count(tasks.length),
    signal,
  });
  return {
    bootstrap,
    intervals,
    profiles: curves,
    identification: identify(problem, optimum, intervals, fit.atBounds),
  };
}

/** @throws {ConfigError} for fewer refits than make an interval */
export function requireReplicates(replicates: number): void {
  if (Number.isInteger(replicates) && replicates >= 100) return;
  throw new ConfigError(
    `fit: \`replicates\` must be a whole number of at least 100; got ${replicates}. 1000 give intervals that repeat to a few percent.`,
  );
}

function profileTasks(
  { law, rows }: FitProblem,
  parameters: readonly string[],
  plan: Pick<ProfilePlan, "optimum" | "scale">,
  refits: readonly Params[],
) {
  const threshold = fQuantile(COVERAGE, rows.length - law.parameters.length);
  return parameters.map((parameter) => ({
    kind: "profile" as const,
    plan: { ...plan, parameter, threshold, refits: refitsAcross(refits, parameter) },
  }));
}

/**
 * The scale of the likelihood ratio 2n·(f(θ) − f̂): under the law it is this times χ², whatever the noise and δ are.
 *
 *   median of 2n·(f*(θ̂) − f*(θ̂*)) / median of χ²_p · n/(n − p)
 *
 * The last factor because residuals of a fit are smaller than those of the law.
 */
function ratioScale({ law, rows }: FitProblem, rises: readonly number[]): number {
  const [n, p] = [rows.length, law.parameters.length];
  return (quantile(rises, 0.5) / chiSquareMedian(p)) * (n / (n - p));
}

function rounded(params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Number(value.toPrecision(DIGITS))]));
}
