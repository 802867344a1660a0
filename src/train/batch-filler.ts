/** Writes batches straight into the run's memory. */
import type { FieldArrays } from "../families/model.ts";
import { addressOf } from "../memory/tensor.ts";
import { type BatchItem, evaluationItems, trainingItems } from "../sources/batch.ts";
import type { SplitName } from "../sources/source.ts";
import type { Program } from "./program.ts";

export interface BatchFiller {
  /** The batch of training step `step`. */
  trainingBatch(step: number): void;
  /** Held-out examples [first, min(first + batchSize, end)); the other slots are left out of the loss. */
  validationBatch(first: number, end: number): void;
  /** Examples of the held-out split; may be Infinity. */
  readonly numValidation: number;
}

export function createBatchFiller(program: Program, memory: WebAssembly.Memory): BatchFiller {
  const { config, reader } = program;
  const { batchSize } = config.training;
  const fields = fieldArrays(program, memory);
  const fill = (split: SplitName, items: readonly BatchItem[]) => reader.fill(split, items, fields);
  const numTraining = reader.count("train");
  return {
    numValidation: reader.count("valid"),
    trainingBatch: (step) => fill("train", trainingItems(config.seed, step, batchSize, numTraining)),
    validationBatch: (first, end) => fill("valid", evaluationItems(first, batchSize, end)),
  };
}

function fieldArrays({ batch }: Program, memory: WebAssembly.Memory): FieldArrays {
  const arrays = Object.entries(batch.fields).map(([name, tensor]) => {
    const View = tensor.elementType === "f32" ? Float32Array : Int32Array;
    return [name, new View(memory.buffer, addressOf(tensor), tensor.length)] as const;
  });
  return Object.fromEntries(arrays);
}
