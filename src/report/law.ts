/** What a fit says of the report's runs, and how far off it is. */
import { type FitResult, predictLoss } from "../fit/result.ts";
import { completedRuns, mean, type ReportedRun } from "./runs.ts";

export interface PredictedRun {
  readonly run: ReportedRun;
  readonly measured: number;
  readonly predicted: number;
  /** (measured − predicted) / measured. */
  readonly residual: number;
}

export function predictRuns(fit: FitResult, runs: readonly ReportedRun[]): PredictedRun[] {
  return completedRuns(runs).map((run) => {
    const { sparsity, nonzeroParams, dataSeen, validLoss } = run.result;
    const predicted = predictLoss(fit, { sparsity, nonzeroParams, data: dataSeen });
    return { run, measured: validLoss, predicted, residual: (validLoss - predicted) / validLoss };
  });
}

/** Fractions of the measured loss; R² of the losses themselves, not finite where all are the same. */
export interface PredictionError {
  readonly meanAbsolute: number;
  readonly rootMeanSquare: number;
  readonly worst: number;
  readonly rSquared: number;
}

export function predictionError(predicted: readonly PredictedRun[]): PredictionError {
  const sizes = predicted.map((p) => Math.abs(p.residual));
  const centre = mean(predicted.map((p) => p.measured));
  const left = mean(predicted.map((p) => (p.measured - p.predicted) ** 2));
  const total = mean(predicted.map((p) => (p.measured - centre) ** 2));
  return {
    meanAbsolute: mean(sizes),
    rootMeanSquare: Math.sqrt(mean(sizes.map((s) => s * s))),
    worst: Math.max(...sizes),
    rSquared: 1 - left / total,
  };
}
