/** Every figure of a report, in the order of its pages. */
import { isAtLevel } from "../../fit/laws/power-form.ts";
import type { FitResult } from "../../fit/result.ts";
import { levelsMeasured, lossesOfRuns, type MeasuredLosses } from "../data/measurements.ts";
import { lawWithOptimum } from "../data/optima.ts";
import { predictAll } from "../data/predictions.ts";
import { completedRuns, type ReportedRun, targetSparsity } from "../data/reported-runs.ts";
import { type SparsityScale, sparsityScale } from "../draw/colours.ts";
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
    ...(fit !== undefined && completed.length > 0 && lawFigures(lossesOfRuns(completed), fit, scale)),
    "loss-curves": lossCurves(runs, scale),
    "training-speed": trainingSpeed(completed, scale),
    weights: weights && weightsFigure(weights, scale),
  });
}

/** The figures of a law and the measurements that it was fitted to, or of the law alone. */
export function drawLawFigures(fit: FitResult, measured: MeasuredLosses): Map<FigureName, string> {
  return inOrder(lawFigures(measured, fit, scaleOf(levelsMeasured(measured), fit)));
}

/** Contours join the sparsities that were asked for; one of nearly the same sparsity is not drawn twice. */
function scaleOf(levels: readonly number[], fit: FitResult | undefined): SparsityScale {
  const contours = lawWithOptimum(fit) === undefined ? [] : CONTOURS;
  return sparsityScale([...levels, ...contours.filter((c) => !levels.some((level) => isAtLevel(level, c)))]);
}

const inOrder = (drawn: Drawn): Map<FigureName, string> =>
  new Map(FIGURE_NAMES.flatMap((name) => (drawn[name] === undefined ? [] : [[name, drawn[name]]])));

function lawFigures(measured: MeasuredLosses, fit: FitResult, scale: SparsityScale): Drawn {
  return {
    ...(measured.measurements.length > 0 && measuredFigures(measured, fit, scale)),
    ...(fit.law === "sparse" && { "dense-equivalent": denseEquivalentFigure(fit, levelsMeasured(measured), scale) }),
    bootstrap: bootstrapFigure(fit, scale),
    profiles: profilesFigure(fit, scale),
  };
}

function measuredFigures(measured: MeasuredLosses, fit: FitResult, scale: SparsityScale): Drawn {
  const predictions = predictAll(fit, measured.measurements);
  const law = lawWithOptimum(fit);
  return {
    ...(law !== undefined && {
      "optimal-sparsity": optimalSparsityFigure(law, measured, scale),
      "optimal-by-budget": optimalByBudgetFigure(law, measured, scale),
    }),
    prediction: predictionFigure(predictions, measured, scale),
    residuals: residualsFigure(predictions, measured, scale),
    "loss-over-size": lawCurves(fit, measured, scale, "nonzeroParams"),
    "loss-over-data": lawCurves(fit, measured, scale, "data"),
  };
}
