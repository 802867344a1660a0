/** A training step, as the kernels see it. */
import type { TrainingConfig } from "../core/config.ts";
import type { BatchTensors, Model } from "../models/model.ts";
import { type OptimizerTensors, recordClipping, recordUpdate } from "../optim/optimizer.ts";
import { Tape } from "../tape/tape.ts";

/** Forward, loss, backward, clipping, update: once through the weights as they are stored now. */
export function recordStep(
  model: Model,
  batch: BatchTensors,
  optimizer: OptimizerTensors,
  training: TrainingConfig,
): Tape {
  const tape = new Tape();
  model.record(tape, batch, { kind: "train", zLoss: training.zLoss });
  recordClipping(tape, model.parameters, optimizer, training.clipNorm);
  recordUpdate(tape, training.optimizer, model.parameters, optimizer);
  return tape;
}

/** Forward pass and loss only. */
export function recordEvaluation(model: Model, batch: BatchTensors): Tape {
  const tape = new Tape();
  model.record(tape, batch, { kind: "evaluate" });
  return tape;
}
