/** What training asks of a model family. */
import type { Parameter } from "../memory/parameter.ts";
import type { Activations, Tensor, TokenLayout } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";

/** Where a batch lies in memory and where its results go. */
export interface BatchTensors {
  /** Tokens i32 `[sequence][seqTiles][32]`, −1 at padding (decoder), or images f32 (batch, channels, height, width) (vit). */
  readonly inputs: Tensor;
  /** Labels i32 `[tile][32]`, −1 where no loss is taken. */
  readonly labels: Tensor;
  /** f64 ×3: summed loss in nats, hits, labels counted. */
  readonly totals: Tensor;
}

export interface BatchShape {
  readonly inputs: { readonly elementType: "i32" | "f32"; readonly length: number };
  readonly labels: { readonly length: number };
  /** Labels of a full batch: what the gradient is averaged over. */
  readonly labelsPerBatch: number;
}

export interface Model {
  readonly layout: TokenLayout;
  readonly batch: BatchShape;
  readonly parameters: readonly Parameter[];
  /** Records forward pass and loss, and in training the backward pass, which leaves each parameter's gradient. */
  record(tape: Tape, batch: BatchTensors, pass: Pass): void;
}

export type Pass = { readonly kind: "train"; readonly zLoss: number } | { readonly kind: "evaluate" };

/**
 * Records the mean cross-entropy over the labels of a full batch.
 *
 * @returns the gradient of the logits, written over them, or undefined in evaluation
 */
export function recordLoss(
  tape: Tape,
  logits: Activations,
  batch: BatchTensors,
  shape: BatchShape,
  pass: Pass,
): Activations | undefined {
  const { numTiles } = logits;
  const losses = tape.transient("losses", numTiles * 32);
  const hits = tape.transient("hits", numTiles * 32);
  const isTraining = pass.kind === "train";
  tape.call("f32_cross_entropy", numTiles, {
    logits: logits.tensor,
    labels: batch.labels,
    losses,
    hits,
    dLogits: isTraining ? logits.tensor : null,
    classes: logits.features,
    gradScale: 1 / shape.labelsPerBatch,
    zLoss: isTraining ? pass.zLoss : 0,
  });
  tape.call("f64_loss_totals", 1, { losses, hits, labels: batch.labels, numTiles, totals: batch.totals });
  return isTraining ? logits : undefined;
}
