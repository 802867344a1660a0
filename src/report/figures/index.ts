/** Every figure of a report, in the order of its pages. */
import { isAtLevel } from "../../core/grid.ts";
import type { FitResult } from "../../fit/fit-json.ts";
import { levelsMeasured, lossesOfRuns } from "../data/measurements.ts";
import { lawWithOptimum } from "../data/optima.ts";
import { completedRuns, targetSparsity } from "../data/reported-runs.ts";
import { type SparsityScale, sparsityScale } from "../draw/colours.ts";
import { renderFigure } from "../draw/svg.ts";
import { figure as bootstrap } from "./bootstrap.ts";
import { figure as denseEquivalent } from "./dense-equivalent.ts";
import type { FigureContent, ReportFigure } from "./figure.ts";
import { overData, overSize } from "./law-curves.ts";
import { figure as lossCurves } from "./loss-curves.ts";
import { figure as optimalByBudget } from "./optimal-by-budget.ts";
import { figure as optimalSparsity } from "./optimal-sparsity.ts";
import { figure as prediction } from "./prediction.ts";
import { figure as profiles } from "./profiles.ts";
import { figure as residuals } from "./residuals.ts";
import { figure as trainingSpeed } from "./training-speed.ts";
import { figure as weights } from "./weights.ts";

const FIGURES = [
  optimalSparsity,
  optimalByBudget,
  denseEquivalent,
  prediction,
  residuals,
  overSize,
  overData,
  bootstrap,
  profiles,
  lossCurves,
  trainingSpeed,
  weights,
] as const satisfies readonly ReportFigure[];

export type FigureName = (typeof FIGURES)[number]["name"];
export const FIGURE_NAMES: readonly FigureName[] = FIGURES.map(({ name }) => name);

/** Contours that every report draws, whatever its runs. */
const CONTOURS = [0, 0.5, 0.75, 0.875];

/** What to draw from; what is left out leaves out the figures that need it. */
export type FigureInput = Pick<FigureContent, "runs"> & Partial<Omit<FigureContent, "scale">>;

export interface DrawnFigures {
  /** SVG by name. */
  readonly figures: ReadonlyMap<FigureName, string>;
  /** Why others are left out, a sentence for each reason. */
  readonly absences: readonly string[];
}

/** Draws what there is something to draw of; the losses are those of the runs unless given. */
export function drawFigures({ runs, measured, fit, weights, weightsAbsence }: FigureInput): DrawnFigures {
  const losses = measured ?? lossesOfRuns(completedRuns(runs));
  const scale = scaleOf([...runs.map(targetSparsity), ...levelsMeasured(losses)], fit);
  const content: FigureContent = { runs, measured: losses, fit, weights, weightsAbsence, scale };
  const drawn = FIGURES.map((figure) => {
    const drawing = figure.draw(content);
    return { figure, svg: drawing && renderFigure({ ...drawing, name: figure.name, scale }) };
  });
  const absences = drawn.flatMap(({ figure, svg }) => (svg === undefined ? (figure.absence(content) ?? []) : []));
  return {
    figures: new Map(drawn.flatMap(({ figure, svg }) => (svg === undefined ? [] : [[figure.name, svg] as const]))),
    absences: [...new Set(absences)],
  };
}

/** Contours join the sparsities that were asked for; one of nearly the same sparsity is not drawn twice. */
function scaleOf(levels: readonly number[], fit: FitResult | undefined): SparsityScale {
  const contours = lawWithOptimum(fit) === undefined ? [] : CONTOURS;
  return sparsityScale([...levels, ...contours.filter((c) => !levels.some((level) => isAtLevel(level, c)))]);
}
