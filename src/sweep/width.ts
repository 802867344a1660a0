/** Chooses widths so that a sparse model keeps a given number of non-zero weights. */
import { ConfigError } from "../core/errors.ts";
import { type BlockShape, mlpMatrices, nonzeroBlockWeights } from "../models/count.ts";

/** dFf is a multiple of this, so that rows fill the kernels' register blocks. */
const HIDDEN_STEP = 8;
/** dFf/dModel of a usual MLP; a gated one has a third matrix and is narrower for the same size. */
const USUAL_RATIO = { gelu: 4, geglu: 8 / 3 } as const;
/** A match this close is not traded for a better shape, and a match up to twice as far is still taken. */
const CLOSE = 0.01;

export interface Widths {
  readonly dModel: number;
  readonly numHeads: number;
  readonly dFf: number;
}

interface Candidate extends Widths {
  /** |achieved − wanted| / wanted. */
  readonly mismatch: number;
  /** |ln(dFf/dModel / usual ratio)|. */
  readonly strain: number;
}

type Depth = Pick<BlockShape, "numLayers" | "activation">;

export interface WidthTarget {
  /** N: weights of attention and MLP that are left at the end. */
  readonly nonzeroParams: number;
  readonly sparsity: number;
  readonly headDim: number;
}

/**
 * The widths of the model whose blocks keep `nonzeroParams` weights at `sparsity`.
 *
 *   numLayers · (4·dModel² + (2 | 3)·dModel·dFf) · (1−S) ≈ N
 *
 * Of all widths (dModel a multiple of headDim, dFf of 8) within 1 % of N the one whose dFf/dModel is nearest the usual;
 * failing that, within 2 %. The ratio stays within a factor of two of the usual.
 *
 * @throws {ConfigError} where no widths come within 2 %
 */
export function matchWidths(model: Depth, target: WidthTarget, where = "sweep"): Widths {
  const candidates = candidateWidths(model, target);
  for (const tolerance of [CLOSE, 2 * CLOSE]) {
    const close = candidates.filter(({ mismatch }) => mismatch <= tolerance);
    if (close.length > 0) return widthsOf(least(close, "strain"));
  }
  const { nonzeroParams, sparsity, headDim } = target;
  const nearest = nonzeroBlockWeights({ ...model, ...least(candidates, "mismatch") }, sparsity);
  throw new ConfigError(
    `${where}: grid.nonzeroParams must be within 2 % of a model of ${model.numLayers} layers with heads of ${headDim} at sparsity ` +
      `${sparsity}, where ${nearest} is the nearest; got ${nonzeroParams}. Choose a smaller grid.headDim, another depth or another size.`,
  );
}

/** For each number of heads, the two hidden widths around the one that would match exactly, if it were of a usual shape. */
function candidateWidths(model: Depth, { nonzeroParams, sparsity, headDim }: WidthTarget): Candidate[] {
  const layerWeights = nonzeroParams / (1 - sparsity) / model.numLayers;
  const usualRatio = USUAL_RATIO[model.activation];
  const candidates: Candidate[] = [];
  for (let numHeads = 1; numHeads === 1 || 4 * (numHeads * headDim) ** 2 < layerWeights; numHeads++) {
    const dModel = numHeads * headDim;
    const exact = (layerWeights - 4 * dModel ** 2) / (mlpMatrices(model.activation) * dModel) / HIDDEN_STEP;
    const narrowest = Math.ceil((dModel * usualRatio) / 2 / HIDDEN_STEP);
    const widest = Math.floor((dModel * usualRatio * 2) / HIDDEN_STEP);
    for (const rounded of [Math.floor(exact), Math.ceil(exact)]) {
      const dFf = HIDDEN_STEP * Math.min(widest, Math.max(narrowest, rounded));
      const achieved = nonzeroBlockWeights({ ...model, dModel, dFf }, sparsity);
      const mismatch = Math.abs(achieved / nonzeroParams - 1);
      const strain = Math.abs(Math.log(dFf / dModel / usualRatio));
      candidates.push({ dModel, numHeads, dFf, mismatch, strain });
    }
  }
  return candidates;
}

function least(candidates: readonly Candidate[], by: "mismatch" | "strain"): Candidate {
  return candidates.reduce((a, b) => (b[by] < a[by] ? b : a));
}

const widthsOf = ({ dModel, numHeads, dFf }: Candidate): Widths => ({ dModel, numHeads, dFf });
