/** The cubic ramp as the plan itself: a list of mask updates whose last entry hits the target exactly. */
import { cubicShare } from "../core/ramp.ts";

/** Between which shares of the steps the sparsity rises to `final`, and how often. */
export interface RampSettings {
  readonly final: number;
  readonly start: number;
  readonly end: number;
  /** Steps between two updates. */
  readonly interval: number;
}

/** Before training step `step` (0-based), the masks are brought to `sparsity`. */
export interface MaskUpdate {
  readonly step: number;
  /** In units of the final sparsity: 1 − (1−p)³ at ramp position p, exactly 1 in the last entry. */
  readonly progress: number;
}

/**
 * The cubic ramp s(p) = S·(1 − (1−p)³) between `start` and `end` (shares of `steps`), every `interval` steps.. */
export function cubicRamp({ final, start, end, interval }: RampSettings, steps: number): MaskUpdate[] {
  if (final === 0) return [];
  const first = Math.round(start * steps);
  const last = Math.min(steps - 1, Math.max(first, Math.round(end * steps)));
  const updates: MaskUpdate[] = [];
  for (let step = first + interval; step < last; step += interval) {
    updates.push({ step, progress: cubicShare((step - first) / (last - first)) });
  }
  return [...updates, { step: last, progress: 1 }];
}

/** Mean density over all steps for a tensor of final sparsity `sparsity`: what its products cost, relative to dense. */
export function meanDensity(updates: readonly MaskUpdate[], sparsity: number, steps: number): number {
  let [sum, from, density] = [0, 0, 1];
  for (const update of updates) {
    sum += density * (update.step - from);
    from = update.step;
    density = 1 - sparsity * update.progress;
  }
  return (sum + density * (steps - from)) / steps;
}
