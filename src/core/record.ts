/** What a run leaves behind: plain data, the same in memory, in `events.jsonl` and in `result.json`. */
import type { RunConfig, Variant } from "./config.ts";

export type RunStatus = "completed" | "stopped" | "diverged" | "failed";

/** One line of `events.jsonl`. Losses are nats per token (decoder) or per image (vit). */
export type RunEvent =
  | {
      type: "start";
      step: number;
      threads: number;
      variant: Variant;
      turbo: boolean;
      switchDensity: number;
      time: string;
      version: string;
    }
  | { type: "step"; step: number; trainLoss: number; learningRate: number; sparsity: number; stepMs: number }
  | { type: "eval"; step: number; validLoss: number; validAccuracy: number; validExamples: number }
  | { type: "mask"; step: number; sparsity: number; nonzeroParams: number; csrTensors: number }
  | { type: "checkpoint"; step: number; file: string };

/** `result.json`: what a finished run is worth to a fit. */
export interface RunResult {
  type: "result";
  id: string;
  name?: string;
  status: RunStatus;
  /** Why, for a run that did not complete. */
  message?: string;
  config: RunConfig;
  /** Nats per token or image over the held-out split. */
  validLoss: number;
  validAccuracy: number;
  /** Mean training loss over the last 5 % of the steps. */
  trainLoss: number;
  /** N as the paper counts: non-zero weights of attention and MLP, without embeddings, norms, biases and head. */
  nonzeroParams: number;
  /** The same count before pruning. */
  denseParams: number;
  /** Every parameter of the model, embeddings, norms, biases and head included, before pruning. */
  totalParams: number;
  /** Measured 1 − nonzeroParams/denseParams. */
  sparsity: number;
  /** D: tokens or images seen in training. */
  dataSeen: number;
  dataUnit: "tokens" | "images";
  steps: number;
  /** C as the paper counts: 6 · Σ over steps of non-zero weights · data of a step (tokens, or images). */
  trainFlops: number;
  seconds: number;
  stepsPerSecond: number;
  threads: number;
  variant: Variant;
  /** True where V8's experimental revectorizer compiled the kernels: another speed, the same bits. */
  turbo: boolean;
  switchDensity: number;
  /** The run's one WebAssembly memory: planned before the first step, in whole pages, and never grown. */
  memoryBytes: number;
  /** What parameters, gradients and optimizer state need of it at the end, at the density reached: see `Parameter.usedBytes`. */
  parameterBytes: number;
  /** SHA-256 (first 16 hex digits) of the bits of every step's training loss, as little-endian f64. */
  lossHash: string;
  finishedAt: string;
  version: string;
}
