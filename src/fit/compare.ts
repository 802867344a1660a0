/** Several laws of one table, side by side. */
import { ConfigError } from "../core/errors.ts";
import { exp } from "../core/math.ts";
import { type FitOptions, fitLaw } from "./fit.ts";
import type { FitResult } from "./fit-json.ts";
import { comparedLaws, type FitRow, type Params } from "./laws/index.ts";
import { type Validation, validateFit } from "./validate.ts";

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

/**
 * Fits several laws to one table and says how each predicts what it did not see.
 *
 *     const { laws } = await compareLaws(rows, ["sparse", "chinchilla"], { residual: "log" });
 *
 * @param names those that take part in comparisons unless said
 * @param onProgress laws done, of how many
 * @throws {ConfigError} where no law can be fitted
 */
export async function compareLaws(
  rows: readonly FitRow[],
  names: readonly NonNullable<FitOptions["law"]>[] = comparedLaws(),
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
