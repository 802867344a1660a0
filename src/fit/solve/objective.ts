/** What a fit minimises: the mean Huber loss of a law's residuals over a table. */

import { log } from "../../core/math.ts";
import { type FitRow, type FitUnits, fromTheta, type Law, toLogInputs } from "../laws/index.ts";
import type { Residual } from "./choices.ts";
import type { Objective } from "./minimise.ts";

export interface ObjectiveOptions {
  /** `raw`: predicted − measured loss; `log`, `log10`: the difference of their logarithms. */
  readonly residual: Residual;
  /** Residual at which the Huber loss turns from r²/2 to a straight line; Infinity for squared residuals. */
  readonly delta: number;
  /** What the mean is multiplied by, e.g. the number of rows for a sum; the optimum does not depend on it. */
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

/** What a predicted loss is compared by, and its derivative. */
const transforms: Readonly<Record<Residual, { of(loss: number): number; slope(loss: number): number }>> = {
  raw: { of: (loss) => loss, slope: () => 1 },
  log: { of: log, slope: (loss) => 1 / loss },
  log10: { of: (loss) => log(loss) / Math.LN10, slope: (loss) => 1 / (loss * Math.LN10) },
};

/** predicted − measured, as the objective takes it. */
export function residualOf(residual: Residual, predicted: number, measured: number): number {
  return transforms[residual].of(predicted) - transforms[residual].of(measured);
}

/** The derivative of the residual by the predicted loss. */
export function residualSlope(residual: Residual, predicted: number): number {
  return transforms[residual].slope(predicted);
}

/**
 * Mean Huber loss as a function of the optimiser's point θ: logarithms of positive coordinates, the others as they are.
 *
 *   f(θ) = 1/Σw · Σ_rows w·huber(r),  r = T(L(θ)) − T(loss), T = identity, ln or log₁₀;  +∞ where ln L does not exist
 *
 * @param weights one for each row, 1 unless said; a row of weight 0 takes no part
 */
export function fitObjective(
  law: Law,
  rows: readonly FitRow[],
  units: FitUnits,
  { residual, delta, scale = 1 }: ObjectiveOptions,
  weights?: ArrayLike<number>,
): Objective {
  const { of, slope } = transforms[residual];
  const used = rows.map((row, i) => ({ row, weight: weights?.[i] ?? 1 })).filter(({ weight }) => weight > 0);
  const inputs = used.map(({ row }) => toLogInputs(row, units));
  const targets = Float64Array.from(used, ({ row }) => of(row.loss));
  const size = law.coordinates.length;
  const lawGradient = new Float64Array(size);
  const perWeight = scale / used.reduce((sum, { weight }) => sum + weight, 0);

  return (theta, gradient) => {
    const coordinates = fromTheta(law, theta);
    gradient.fill(0);
    let sum = 0;
    for (let row = 0; row < targets.length; row++) {
      const { weight } = used[row]!;
      const predicted = law.evaluate(coordinates, inputs[row]!, lawGradient);
      const difference = of(predicted) - targets[row]!;
      sum += weight * huber(difference, delta);
      const pull = weight * huberSlope(difference, delta) * slope(predicted);
      for (let i = 0; i < size; i++) gradient[i]! += pull * lawGradient[i]!;
    }
    for (let i = 0; i < size; i++) gradient[i]! *= perWeight * (law.coordinates[i]!.positive ? coordinates[i]! : 1);
    return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum * perWeight;
  };
}
