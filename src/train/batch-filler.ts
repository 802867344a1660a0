/** Writes batches straight into the run's memory. */
import { type BatchItem, evaluationItems, fillImages, fillTokens, numItemsOf, trainingItems } from "../data/batch.ts";
import type { DataSource } from "../data/source.ts";
import { addressOf } from "../memory/tensor.ts";
import type { Program } from "./program.ts";

export interface BatchFiller {
  /** The batch of training step `step`. */
  trainingBatch(step: number): void;
  /** Held-out examples [first, min(first + batchSize, end)); the other slots are left out of the loss. */
  validationBatch(first: number, end: number): void;
  /** Sequences or images of the held-out split; may be Infinity. */
  readonly numValidation: number;
}

export function createBatchFiller(program: Program, memory: WebAssembly.Memory, data: DataSource): BatchFiller {
  const { batchSize } = program.config.training;
  const { seqLen } = program.model.layout;
  const { seed } = program.config;
  const fill = createFill(program, memory, data);
  const numTraining = numItemsOf(data.train, seqLen);
  return {
    numValidation: numItemsOf(data.valid, seqLen),
    trainingBatch: (step) => fill("train", trainingItems(seed, step, batchSize, numTraining)),
    validationBatch: (first, end) => fill("valid", evaluationItems(first, batchSize, end)),
  };
}

function createFill({ config, model, batch }: Program, memory: WebAssembly.Memory, data: DataSource) {
  const { batchSize } = config.training;
  const labels = new Int32Array(memory.buffer, addressOf(batch.labels), batch.labels.length);
  const inputs = [memory.buffer, addressOf(batch.inputs), batch.inputs.length] as const;
  if (data.kind === "tokens") {
    const tokens = new Int32Array(...inputs);
    const shape = { batchSize, seqLen: model.layout.seqLen };
    return (split: "train" | "valid", items: BatchItem[]) => fillTokens(data[split], items, shape, tokens, labels);
  }
  const images = new Float32Array(...inputs);
  return (split: "train" | "valid", items: BatchItem[]) =>
    fillImages(data[split], items, { batchSize }, images, labels);
}
