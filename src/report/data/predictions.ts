/** What a fit says of measured losses, and how far off it is. */
import { type FitResult, predictLoss } from "../../fit/fit-json.ts";
import { type Measurement, measurementOf } from "./measurements.ts";
import { completedRuns, type ReportedRun } from "./reported-runs.ts";
import { mean } from "./statistics.ts";

export interface Prediction {
  readonly measurement: Measurement;
  readonly predicted: number;
  /** (measured − predicted) / measured. */
  readonly residual: number;
}

export function predictAll(fit: FitResult, measurements: readonly Measurement[]): Prediction[] {
  return measurements.map((measurement) => {
    const predicted = predictLoss(fit, measurement);
    return { measurement, predicted, residual: (measurement.loss - predicted) / measurement.loss };
  });
}

export interface PredictedRun extends Prediction {
  readonly run: ReportedRun;
}

/** The same of the completed runs. */
export function predictRuns(fit: FitResult, runs: readonly ReportedRun[]): PredictedRun[] {
  const completed = completedRuns(runs);
  return predictAll(fit, completed.map(measurementOf)).map((prediction, i) => ({ ...prediction, run: completed[i]! }));
}

/** Fractions of the measured loss; R² of the losses themselves, not finite where all are the same. */
export interface PredictionError {
  readonly meanAbsolute: number;
  readonly rootMeanSquare: number;
  readonly worst: number;
  readonly rSquared: number;
}

export function predictionError(predictions: readonly Prediction[]): PredictionError {
  const sizes = predictions.map((p) => Math.abs(p.residual));
  const losses = predictions.map((p) => p.measurement.loss);
  const centre = mean(losses);
  const left = mean(predictions.map((p) => (p.measurement.loss - p.predicted) ** 2));
  const total = mean(losses.map((loss) => (loss - centre) ** 2));
  return {
    meanAbsolute: mean(sizes),
    rootMeanSquare: Math.sqrt(mean(sizes.map((s) => s * s))),
    worst: Math.max(...sizes),
    rSquared: 1 - left / total,
  };
}
