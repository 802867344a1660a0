/** What a fit minimises: the mean Huber loss of a law's residuals over a table. */
import { type FitRow, type FitUnits, fromTheta, type Law, type LogInputs, toLogInputs } from "./law.ts";
import type { Objective } from "./minimise.ts";

export interface ObjectiveOptions {
  /** `raw`: predicted − measured loss; `log`: the difference of their logarithms. */
  readonly residual: "raw" | "log";
  /** Residual at which the Huber loss turns from r²/2 to a straight line. */
  readonly delta: number;
  /** What the mean is multiplied by; the optimum does not depend on it. */
  readonly scale?: number;
}

/** r²/2 for |r| ≤ δ, δ·(|r| − δ/2) beyond. */
export function huber(residual: number, delta: number): number {
  const size = Math.abs(residual);
  return size <= delta ? (size * size) / 2 : delta * (size - delta / 2);
}

/** The derivative of `huber`: r, clipped to ±δ. */
export function huberSlope(residual: number, delta: number): number {
  return Math.min(delta, Math.max(-delta, residual));
}

/**
 * Mean Huber loss as a function of the optimiser's point θ: logarithms of positive coordinates, the others as they are.
 *
 *   f(θ) = 1/n · Σ_rows huber(r),  r = L(θ) − loss, or ln L(θ) − ln loss;  +∞ where ln L does not exist
 */
export function fitObjective(
  law: Law,
  rows: readonly FitRow[],
  units: FitUnits,
  { residual, delta, scale = 1 }: ObjectiveOptions,
): Objective {
  const isLog = residual === "log";
  const inputs: LogInputs[] = rows.map((row) => toLogInputs(row, units));
  const targets = Float64Array.from(rows, (row) => (isLog ? Math.log(row.loss) : row.loss));
  const size = law.coordinates.length;
  const lawGradient = new Float64Array(size);
  const perRow = scale / rows.length;

  return (theta, gradient) => {
    const coordinates = fromTheta(law, theta);
    gradient.fill(0);
    let sum = 0;
    for (let row = 0; row < targets.length; row++) {
      const predicted = law.evaluate(coordinates, inputs[row]!, lawGradient);
      const difference = (isLog ? Math.log(predicted) : predicted) - targets[row]!;
      sum += huber(difference, delta);
      const slope = huberSlope(difference, delta) / (isLog ? predicted : 1);
      for (let i = 0; i < size; i++) gradient[i]! += slope * lawGradient[i]!;
    }
    for (let i = 0; i < size; i++) gradient[i]! *= perRow * (law.coordinates[i]!.positive ? coordinates[i]! : 1);
    return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum * perRow;
  };
}
