import type { Score } from "./score.ts";

/**
 * |w · ∂L/∂w|: to first order, the change of the loss when the weight becomes 0.
 *
 * Source    Molchanov et al. 2019, "Importance Estimation for Neural Network Pruning", eq. 7 (unsquared)
 */
export const saliency: Score = {
  name: "saliency",
  needsGradient: true,
  score({ values, gradient }, into) {
    for (let i = 0; i < into.length; i++) into[i] = values[i]! * gradient[i]!;
  },
};
