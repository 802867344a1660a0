/** Chooses the settings of a model so that a sparse one keeps a given number of non-zero weights. */
import { ConfigError } from "../core/errors.ts";
import { blockWeights, nonzeroBlockWeights } from "../families/count.ts";
import type { Candidate, DataDimensions, ModelChoice } from "../families/family.ts";
import { familyOf } from "../families/index.ts";

/** A match this close is not traded for a better shape, and a match up to twice as far is still taken. */
const CLOSE = 0.01;

export type Widths = Candidate["settings"];

interface Match extends Candidate {
  /** |achieved − wanted| / wanted. */
  readonly mismatch: number;
}

export interface WidthTarget {
  /** N: weights of attention and MLP that are left at the end. */
  readonly nonzeroParams: number;
  readonly sparsity: number;
  readonly headDim: number;
  /** Needed where blocks depend on the data. */
  readonly data?: DataDimensions | undefined;
}

/**
 * The settings of the model whose blocks keep `nonzeroParams` weights at `sparsity`.
 *
 * Of all that the family offers within 1 % of N the one whose shape is nearest the usual; failing that, within 2 %.
 *
 * @param model the model without those settings
 * @throws {ConfigError} where none comes within 2 %
 */
export function matchWidths(model: ModelChoice, target: WidthTarget, where = "sweep"): Widths {
  const matches = candidateWidths(model, target);
  for (const tolerance of [CLOSE, 2 * CLOSE]) {
    const close = matches.filter(({ mismatch }) => mismatch <= tolerance);
    if (close.length > 0) return least(close, "strain").settings;
  }
  const { nonzeroParams, sparsity, data } = target;
  const { scaling } = familyOf(model);
  const nearest = nonzeroBlockWeights({ ...model, ...least(matches, "mismatch").settings }, sparsity, data);
  throw new ConfigError(
    `${where}: grid.nonzeroParams must be within 2 % of ${scaling!.describe({ ...target, model })} at sparsity ` +
      `${sparsity}, where ${nearest} is the nearest; got ${nonzeroParams}. ${scaling!.remedy}`,
  );
}

function candidateWidths(model: ModelChoice, { nonzeroParams, sparsity, headDim, data }: WidthTarget): Match[] {
  const candidates = familyOf(model).scaling!.candidates({
    model,
    headDim,
    weights: nonzeroParams / (1 - sparsity),
    weightsOf: (settings) => blockWeights({ ...model, ...settings }, data),
  });
  return [...candidates].map((candidate) => {
    const achieved = nonzeroBlockWeights({ ...model, ...candidate.settings }, sparsity, data);
    return { ...candidate, mismatch: Math.abs(achieved / nonzeroParams - 1) };
  });
}

function least(matches: readonly Match[], by: "mismatch" | "strain"): Match {
  return matches.reduce((a, b) => (b[by] < a[by] ? b : a));
}
