/** Every figure of a report, in the order of its pages. */
import { type FitResult, sparseParamsOf } from "../../fit/result.ts";
import { type SparsityScale, sparsityScale } from "../colours.ts";
import { predictRuns } from "../law.ts";
import { completedRuns, type ReportedRun, targetSparsity } from "../runs.ts";
import { lawCurves } from "./law-curves.ts";
import { lossCurves } from "./loss-curves.ts";
import { optimalSparsityFigure } from "./optimal-sparsity.ts";
import { predictionFigure } from "./prediction.ts";
import { trainingSpeed } from "./training-speed.ts";

export const FIGURE_NAMES = [
  "optimal-sparsity",
  "prediction",
  "loss-over-size",
  "loss-over-data",
  "loss-curves",
  "training-speed",
] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

/** Contours that every report draws, whatever its runs. */
const CONTOURS = [0, 0.5, 0.75, 0.875];

/** SVG by name; figures that the runs or the fit do not support are absent. */
export function drawFigures(runs: readonly ReportedRun[], fit: FitResult | undefined): Map<FigureName, string> {
  const completed = completedRuns(runs);
  const scale = sparsityScale([...runs.map(targetSparsity), ...(fit?.law === "sparse" ? CONTOURS : [])]);
  const ofFit = fit === undefined || completed.length === 0 ? {} : fitFigures(completed, fit, scale);
  const svgs: Partial<Record<FigureName, string | undefined>> = {
    ...ofFit,
    "loss-curves": lossCurves(runs, scale),
    "training-speed": trainingSpeed(completed, scale),
  };
  return new Map(FIGURE_NAMES.flatMap((name) => (svgs[name] === undefined ? [] : [[name, svgs[name]]])));
}

function fitFigures(completed: readonly ReportedRun[], fit: FitResult, scale: SparsityScale) {
  return {
    ...(fit.law === "sparse" && { "optimal-sparsity": optimalSparsityFigure(sparseParamsOf(fit), completed, scale) }),
    prediction: predictionFigure(predictRuns(fit, completed), scale),
    "loss-over-size": lawCurves(fit, completed, scale, "nonzeroParams"),
    "loss-over-data": lawCurves(fit, completed, scale, "dataSeen"),
  };
}
