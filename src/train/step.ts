/** A training step, as the kernels see it. */
import type { RecordedTraining } from "../core/record.ts";
import type { BatchTensors, Model } from "../families/model.ts";
import type { Parameter } from "../memory/parameter.ts";
import type { Tensor } from "../memory/tensor.ts";
import { recordClipping, recordElementClipping } from "../optimizers/clipping.ts";
import { optimizerOf } from "../optimizers/index.ts";
import type { OptimizerTensors } from "../optimizers/optimizer.ts";
import { Tape } from "../tape/tape.ts";

/** Forward, loss, backward, clipping, update: once through the weights as they are stored now. */
export function recordStep(
  model: Model,
  batch: BatchTensors,
  tensors: OptimizerTensors,
  training: RecordedTraining,
): Tape {
  const tape = new Tape();
  model.record(tape, batch, { kind: "train", zLoss: training.zLoss });
  const { clipElement = null } = training;
  if (clipElement !== null) recordElementClipping(tape, model.parameters, clipElement);
  recordClipping(tape, model.parameters, tensors, training.clipNorm);
  const optimizer = optimizerOf(training.optimizer);
  for (const parameter of model.parameters) optimizer.recordUpdate(tape, training.optimizer, parameter, tensors);
  return tape;
}

/** Forward, loss and backward, which leaves the gradients of all weights: of the dense ones in place, of the sparse ones where said. */
export function recordGradients(
  model: Model,
  batch: BatchTensors,
  { zLoss }: RecordedTraining,
  denseGradients: ReadonlyMap<Parameter, Tensor>,
): Tape {
  const tape = new Tape(denseGradients);
  model.record(tape, batch, { kind: "train", zLoss });
  return tape;
}

/** Forward pass and loss only. */
export function recordEvaluation(model: Model, batch: BatchTensors): Tape {
  const tape = new Tape();
  model.record(tape, batch, { kind: "evaluate" });
  return tape;
}
