/** Every figure of a report, in the order of its pages. */
import { isAtLevel } from "../../fit/laws/power-form.ts";
import type { FitResult } from "../../fit/result.ts";
import { type SparsityScale, sparsityScale } from "../colours.ts";
import { type Evidence, evidenceOfRuns, levelsOfEvidence } from "../evidence.ts";
import { predictAll } from "../law.ts";
import { adviserOf } from "../optimal.ts";
import { completedRuns, type ReportedRun, targetSparsity } from "../runs.ts";
import { bootstrapFigure } from "./bootstrap.ts";
import { denseEquivalentFigure } from "./dense-equivalent.ts";
import { lawCurves } from "./law-curves.ts";
import { lossCurves } from "./loss-curves.ts";
import { optimalByBudgetFigure } from "./optimal-by-budget.ts";
import { optimalSparsityFigure } from "./optimal-sparsity.ts";
import { predictionFigure } from "./prediction.ts";
import { profilesFigure } from "./profiles.ts";
import { residualsFigure } from "./residuals.ts";
import { trainingSpeed } from "./training-speed.ts";
import { type RunWeights, weightsFigure } from "./weights.ts";

export const FIGURE_NAMES = [
  "optimal-sparsity",
  "optimal-by-budget",
  "dense-equivalent",
  "prediction",
  "residuals",
  "loss-over-size",
  "loss-over-data",
  "bootstrap",
  "profiles",
  "loss-curves",
  "training-speed",
  "weights",
] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

type Drawn = Partial<Record<FigureName, string | undefined>>;

/** Contours that every report draws, whatever its runs. */
const CONTOURS = [0, 0.5, 0.75, 0.875];

/** SVG by name; figures that the runs or the fit do not support are absent. */
export function drawFigures(
  runs: readonly ReportedRun[],
  fit: FitResult | undefined,
  weights?: RunWeights,
): Map<FigureName, string> {
  const completed = completedRuns(runs);
  const scale = scaleOf(runs.map(targetSparsity), fit);
  return inOrder({
    ...(fit !== undefined && completed.length > 0 && lawFigures(evidenceOfRuns(completed), fit, scale)),
    "loss-curves": lossCurves(runs, scale),
    "training-speed": trainingSpeed(completed, scale),
    weights: weights && weightsFigure(weights, scale),
  });
}

/** The figures of a law and the measurements that it was fitted to, or of the law alone. */
export function drawLawFigures(fit: FitResult, evidence: Evidence): Map<FigureName, string> {
  return inOrder(lawFigures(evidence, fit, scaleOf(levelsOfEvidence(evidence), fit)));
}

/** Contours join the sparsities that were asked for; one of nearly the same sparsity is not drawn twice. */
function scaleOf(levels: readonly number[], fit: FitResult | undefined): SparsityScale {
  const contours = adviserOf(fit) === undefined ? [] : CONTOURS;
  return sparsityScale([...levels, ...contours.filter((c) => !levels.some((level) => isAtLevel(level, c)))]);
}

const inOrder = (drawn: Drawn): Map<FigureName, string> =>
  new Map(FIGURE_NAMES.flatMap((name) => (drawn[name] === undefined ? [] : [[name, drawn[name]]])));

function lawFigures(evidence: Evidence, fit: FitResult, scale: SparsityScale): Drawn {
  return {
    ...(evidence.measurements.length > 0 && measuredFigures(evidence, fit, scale)),
    ...(fit.law === "sparse" && { "dense-equivalent": denseEquivalentFigure(fit, levelsOfEvidence(evidence), scale) }),
    bootstrap: bootstrapFigure(fit, scale),
    profiles: profilesFigure(fit, scale),
  };
}

function measuredFigures(evidence: Evidence, fit: FitResult, scale: SparsityScale): Drawn {
  const predictions = predictAll(fit, evidence.measurements);
  const adviser = adviserOf(fit);
  return {
    ...(adviser !== undefined && {
      "optimal-sparsity": optimalSparsityFigure(adviser, evidence, scale),
      "optimal-by-budget": optimalByBudgetFigure(adviser, evidence, scale),
    }),
    prediction: predictionFigure(predictions, evidence, scale),
    residuals: residualsFigure(predictions, evidence, scale),
    "loss-over-size": lawCurves(fit, evidence, scale, "nonzeroParams"),
    "loss-over-data": lawCurves(fit, evidence, scale, "data"),
  };
}
