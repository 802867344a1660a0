import { TILE } from "../registry.ts";
import { at } from "./tiles.ts";
import type { Reference } from "./types.ts";

const f32_cross_entropy: Reference<"f32_cross_entropy"> = (begin, end, args) => {
  for (let t = begin * TILE; t < end * TILE; t++) oneToken(t, args);
};

function oneToken(t: number, args: Parameters<typeof f32_cross_entropy>[2]): void {
  const { logits, labels, losses, hits, dLogits, classes, gradScale, zLoss } = args;
  const label = labels[t]!;
  const z = Array.from({ length: classes }, (_, c) => logits[at(t, c, classes)]!);
  const largest = z.reduce((a, b) => Math.max(a, b));
  // logZ = log Σ exp z
  const logZ = largest + Math.log(z.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  const isCounted = label >= 0;
  // loss = logZ − z[label] (+ zLoss·logZ² in the gradient)
  losses[t] = isCounted ? logZ - z[label]! : 0;
  hits[t] = z.indexOf(largest) === label ? 1 : 0;
  // ∂logZ/∂z[c] = exp(z[c] − logZ)
  if (dLogits)
    for (const [c, logit] of z.entries()) {
      const slope = Math.exp(logit - logZ) * (1 + 2 * zLoss * logZ) - (c === label ? 1 : 0);
      dLogits[at(t, c, classes)] = isCounted ? gradScale * slope : 0;
    }
}

const f64_loss_totals: Reference<"f64_loss_totals"> = (begin, end, { losses, hits, labels, numTiles, totals }) => {
  if (begin >= end) return;
  totals.fill(0);
  for (let t = 0; t < numTiles * TILE; t++) {
    totals[0]! += losses[t]!;
    totals[1]! += hits[t]!;
    totals[2]! += labels[t]! >= 0 ? 1 : 0;
  }
};

export const lossReferences = { f32_cross_entropy, f64_loss_totals };
