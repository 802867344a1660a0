/** What a figure of a report is: a name, how it is drawn, and why it may be missing. */
import type { FitResult } from "../../fit/fit-json.ts";
import type { MeasuredLosses } from "../data/measurements.ts";
import type { ReportedRun } from "../data/reported-runs.ts";
import type { RunWeights } from "../data/weight-summary.ts";
import type { SparsityScale } from "../draw/colours.ts";
import type { Drawing } from "../draw/svg.ts";

/** What there is to draw from. */
export interface FigureContent {
  /** Runs that ended, completed or not. */
  readonly runs: readonly ReportedRun[];
  /** Losses that a law may be held to, of runs or of a table. */
  readonly measured: MeasuredLosses;
  readonly fit: FitResult | undefined;
  /** Of the checkpoint of one run. */
  readonly weights: RunWeights | undefined;
  /** Why there are no weights, as a sentence. */
  readonly weightsAbsence: string | undefined;
  readonly scale: SparsityScale;
}

export interface ReportFigure {
  /** File name without extension, and prefix of the ids inside. */
  readonly name: string;
  /** Undefined where the content does not have what the figure needs. */
  draw(content: FigureContent): Drawing | undefined;
  /** Why it was not drawn, as a sentence; undefined where there is nothing to explain. */
  absence(content: FigureContent): string | undefined;
}

/** Why there is no figure of a law beside what was measured. */
export function whyNoLaw({ fit, measured, runs }: FigureContent): string | undefined {
  const leftOut = "so predictions, the law's curves and optimal sparsities are left out.";
  if (fit === undefined) return `There is no fitted law, ${leftOut}`;
  if (measured.measurements.length > 0) return undefined;
  return runs.length > 0 ? `No run completed, ${leftOut}` : `No measured losses were given, ${leftOut}`;
}

/** The fit, where there are measured losses to show beside it. */
export const fitOfMeasured = ({ fit, measured }: FigureContent): FitResult | undefined =>
  measured.measurements.length > 0 ? fit : undefined;
