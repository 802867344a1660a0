/** What a user may say of a fit: each setting with its meaning, its default and its range. Plain data, which travels to any thread. */
import { ConfigError } from "../../core/errors.ts";
import type { Law } from "../laws/index.ts";
import {
  AVERAGES,
  type Average,
  LOSSES,
  type Loss,
  RESIDUALS,
  type Residual,
  START_SCHEMES,
  type StartScheme,
} from "./choices.ts";

/** Ranges of published parameters; a missing end is open. */
export type Bounds = Readonly<
  Record<string, { readonly low?: number | undefined; readonly high?: number | undefined }>
>;

export interface FitSettings {
  /** What is compared: predicted − measured, or the difference of the logarithms (default). */
  readonly residual: Residual;
  /** Huber's (default), which outliers pull by δ at most, or r²/2. */
  readonly loss: Loss;
  /** Where the Huber loss turns straight; .01 for raw residuals, .001 for natural and .001/ln 10 for decimal logarithms unless said. */
  readonly delta: number;
  /** `mean` or `sum` over the rows. The fit does not depend on it. */
  readonly average: Average;
  /** Ranges of published parameters. */
  readonly bounds: Bounds;
  /** Searches for the optimum (default 100). */
  readonly starts: number;
  /** Where the searches begin; all schemes in turn unless said. */
  readonly startScheme: StartScheme;
  readonly seed: number;
  /** Factor on the objective. The fit does not depend on it. */
  readonly objectiveScale: number;
}

const DELTAS: Readonly<Record<Residual, number>> = { raw: 1e-2, log: 1e-3, log10: 1e-3 / Math.LN10 };

/**
 * Every setting, as said or by default.
 *
 * @throws {ConfigError} for one out of range
 */
export function settingsOf(said: Partial<FitSettings>): FitSettings {
  const { residual = "log", loss = "huber", average = "mean", bounds = {}, starts = 100 } = said;
  const { startScheme = "mixed", seed = 0, objectiveScale = 1 } = said;
  oneOf("`residual`", residual, RESIDUALS);
  oneOf("`loss`", loss, LOSSES);
  oneOf("`average`", average, AVERAGES);
  oneOf("`startScheme`", startScheme, START_SCHEMES);
  const delta = loss === "squared" ? Number.POSITIVE_INFINITY : (said.delta ?? DELTAS[residual]);
  if (!(delta > 0))
    throw new ConfigError(`fit: \`delta\` must be positive; got ${delta}. The residual where Huber turns straight.`);
  if (loss === "squared" && said.delta !== undefined)
    throw new ConfigError(`fit: \`delta\` must be left out for squared residuals; got ${said.delta}.`);
  if (!(objectiveScale > 0))
    throw new ConfigError(`fit: \`objectiveScale\` must be positive; got ${objectiveScale}. Leave it out.`);
  if (!(Number.isInteger(starts) && starts > 0))
    throw new ConfigError(`fit: \`starts\` must be a whole number above 0; got ${starts}. The default is 100.`);
  return { residual, loss, delta, average, bounds, starts, startScheme, seed, objectiveScale };
}

/** @throws {ConfigError} for a parameter that the law has not, or a range without a positive number */
export function checkBounds({ name: law, parameters }: Law, bounds: Bounds): void {
  for (const [name, { low = 0, high = Number.POSITIVE_INFINITY }] of Object.entries(bounds)) {
    oneOf("`bounds`: parameter", name, parameters);
    if (!(low >= 0 && low < high))
      throw new ConfigError(
        `fit: \`bounds\` of ${name} must be a range of positive numbers; got ${low}:${high}. Parameters of the ${law} law are positive.`,
      );
  }
}

function oneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value))
    throw new ConfigError(`fit: ${name} must be one of ${known.join(", ")}; got ${JSON.stringify(value)}.`);
}
