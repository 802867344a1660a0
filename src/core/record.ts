/** What a run leaves behind: plain data, the same in memory, in `events.jsonl` and in `result.json`. */
import type { Choice } from "./choice.ts";

/** `relaxed` (fused multiply-add) is faster on some machines, and its bits are the machine's own. */
export type Variant = "strict" | "relaxed";

/**
 * A run's configuration as its record holds it, every default filled in. What parts it names, and what their settings mean, only
 * the lists of parts know (see config/).
 */
export interface RecordedConfig {
  readonly name?: string | undefined;
  readonly seed: number;
  readonly model: Choice<"family">;
  readonly data: Choice<"kind">;
  readonly training: RecordedTraining;
  readonly sparsity: RecordedSparsity;
  readonly variant: Variant;
  /** Files whose parts the run uses; missing in records from before there were any. */
  readonly plugins?: readonly string[] | undefined;
}

export interface RecordedTraining {
  readonly steps: number;
  readonly batchSize: number;
  readonly optimizer: Choice<"kind">;
  readonly learningRate: Choice<"kind">;
  readonly clipNorm: number | null;
  /** Missing in records from before there was such a thing. */
  readonly clipElement?: number | null | undefined;
  readonly zLoss: number;
  readonly evalEvery: number;
  readonly evalExamples: number;
  readonly checkpointEvery: number;
}

export interface RecordedSparsity {
  /** Missing in records from before there was a choice. */
  readonly method?: string | undefined;
  readonly final: number;
  readonly pattern: Choice<"kind">;
  readonly switchDensity: "measured" | number;
  readonly [setting: string]: unknown;
}

export type RunStatus = "completed" | "stopped" | "diverged" | "failed";

/** One line of `events.jsonl`. Losses are nats for each label: a token of text, or an image. */
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

/** `result.json`: what a finished run tells a fit. */
export interface RunResult {
  type: "result";
  id: string;
  name?: string;
  status: RunStatus;
  /** Why, for a run that did not complete. */
  message?: string;
  config: RecordedConfig;
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
  /** D: tokens, images or whatever the family counts, seen in training. */
  dataSeen: number;
  dataUnit: string;
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
