/** What training asks of a model, whatever its family. */

import { TILE } from "../kernels/registry.ts";
import type { Parameter } from "../memory/parameter.ts";
import type { Activations, Tensor } from "../memory/tensor.ts";
import type { BatchItem } from "../sources/batch.ts";
import type { DataSource, SplitName } from "../sources/source.ts";
import type { Tape } from "../tape/tape.ts";

/** One array of a batch, e.g. tokens i32 (batchSize, seqTiles·32), −1 at padding. */
export interface BatchField {
  readonly elementType: "i32" | "f32";
  readonly shape: readonly number[];
}

/** The fields of a batch by their names. */
export type BatchFields = Readonly<Record<string, BatchField>>;

/** Where a batch lies in memory and where its results go. */
export interface BatchTensors<Name extends string = string> {
  readonly fields: Readonly<Record<Name, Tensor>>;
  /** f64 ×3: summed loss in nats, hits, labels counted. */
  readonly totals: Tensor;
}

/** Views of the fields in the run's memory. */
export type FieldArrays<Name extends string = string> = Readonly<Record<Name, Int32Array | Float32Array>>;

/** How a model reads a source: what one example is, how many a split holds, how examples become a batch. */
export interface ExampleReader {
  /** What an example is in messages, e.g. "windows of 65 tokens". */
  readonly unit: string;
  /** What makes a split hold more examples, beside more data. */
  readonly remedy: string;
  /** May be Infinity. */
  count(split: SplitName): number;
  /** What a split holds in other units, e.g. " (10 tokens)": in messages. */
  describe?(split: SplitName): string;
  /** Overwrites every field; slots without an item are left out of the loss. */
  fill(split: SplitName, items: readonly BatchItem[], fields: FieldArrays): void;
}

export interface Model {
  readonly parameters: readonly Parameter[];
  readonly fields: BatchFields;
  /** Labels of a full batch: what the gradient is averaged over. */
  readonly labelsPerBatch: number;
  /** Multiply-adds of an example forward that no weight takes part in: scores and mixing of attention. */
  readonly mixingPerExample: number;
  /** Records forward pass and loss, and in training the backward pass, which leaves each parameter's gradient. */
  record(tape: Tape, batch: BatchTensors, pass: Pass): void;
  reader(source: DataSource): ExampleReader;
}

export type Pass = { readonly kind: "train"; readonly zLoss: number } | { readonly kind: "evaluate" };

export function fieldLength({ shape }: BatchField): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Records the mean cross-entropy over the labels of a full batch.
 *
 * @param labels i32 `[tile][32]`, −1 where no loss is taken
 * @returns the gradient of the logits, written over them, or undefined in evaluation
 */
export function recordLoss(
  tape: Tape,
  logits: Activations,
  { labels, totals, labelsPerBatch }: { labels: Tensor; totals: Tensor; labelsPerBatch: number },
  pass: Pass,
): Activations | undefined {
  const { numTiles } = logits;
  const losses = tape.transient("losses", numTiles * TILE);
  const hits = tape.transient("hits", numTiles * TILE);
  const isTraining = pass.kind === "train";
  tape.call("f32_cross_entropy", numTiles, {
    logits: logits.tensor,
    labels,
    losses,
    hits,
    dLogits: isTraining ? logits.tensor : null,
    classes: logits.features,
    gradScale: 1 / labelsPerBatch,
    zLoss: isTraining ? pass.zLoss : 0,
  });
  tape.call("f64_loss_totals", 1, { losses, hits, labels, numTiles, totals });
  return isTraining ? logits : undefined;
}
