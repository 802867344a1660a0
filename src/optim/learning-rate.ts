/** Learning-rate schedules: the rate of step `step` (0-based) of `steps`. */
import type { LearningRateConfig } from "../core/config.ts";
import { cos } from "../core/math.ts";

/**
 * Every schedule warms up linearly: step s of w warm-up steps takes (s + 1)/w of the peak. `rsqrt` is the paper's
 * scale/√max(step, w), whose first w steps are level.
 *
 * Source    warm-up–stable–decay: Hu et al. 2024 (MiniCPM); rsqrt: T5 (Raffel et al. 2020)
 */
export function learningRate(config: LearningRateConfig, step: number, steps: number): number {
  if (config.kind === "rsqrt") return config.scale / Math.sqrt(Math.max(step + 1, config.warmupSteps));
  if (step < config.warmupSteps) return (config.peak * (step + 1)) / config.warmupSteps;
  switch (config.kind) {
    case "constant":
      return config.peak;
    case "cosine": {
      const progress = (step - config.warmupSteps) / Math.max(1, steps - config.warmupSteps);
      return config.peak * (config.final + (1 - config.final) * 0.5 * (1 + cos(Math.PI * progress)));
    }
    case "wsd": {
      const decaySteps = Math.max(1, Math.round(config.decayFraction * steps));
      const remaining = Math.min(1, (steps - step) / decaySteps);
      return config.peak * (config.final + (1 - config.final) * remaining);
    }
  }
}
