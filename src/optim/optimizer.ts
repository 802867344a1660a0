/**
 * Optimizers as what they add to a tape. An optimizer sees arrays of weights, never masks' meaning or formats: for a CSR weight
 * it works on the stored values, for a masked one it keeps masked entries at zero.
 */
import type { OptimizerConfig } from "../core/config.ts";
import { pow } from "../core/math.ts";
import { PARTIAL_CHUNK } from "../kernels/registry.ts";
import type { Parameter } from "../memory/parameter.ts";
import { slice, type Tensor } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";

/** Small persistent tensors that the optimizer's kernels read. */
export interface OptimizerTensors {
  /** f32: what gradients are multiplied by, then the global gradient norm. */
  readonly clip: Tensor;
  /** f32 ×4, see `hyperParameters`. */
  readonly hyper: Tensor;
  /** f64, `partialCount(parameters)` long. */
  readonly partials: Tensor;
}

/** The planes that an optimizer keeps beside each weight. */
export function statePlanes(config: OptimizerConfig): readonly string[] {
  switch (config.kind) {
    case "adamw":
      return ["firstMoment", "secondMoment"];
    case "adafactor":
      return ["secondMoment"];
    case "sgd":
      return ["momentum"];
  }
}

/** What changes from step to step: learning rate, then the optimizer's own (registry: f32_adamw, f32_adafactor_moment). */
export function hyperParameters(config: OptimizerConfig, step: number, rate: number): [number, number, number, number] {
  const t = step + 1;
  switch (config.kind) {
    case "adamw":
      return [rate, 1 / (1 - pow(config.beta1, t)), 1 / (1 - pow(config.beta2, t)), 0];
    case "adafactor":
      return [rate, 1 - pow(t, -config.decayExponent), 0, 0];
    case "sgd":
      return [rate, 0, 0, 0];
  }
}

/** Length of the array of partial sums: enough for every parameter's chunks, two sums a chunk. */
export function partialCount(parameters: readonly Parameter[]): number {
  return 2 * parameters.reduce((chunks, parameter) => chunks + chunksOf(parameter.size), 0);
}

/** Scales all gradients down to a global norm of `clipNorm`, through the factor in `tensors.clip`; null: the factor is 1. */
export function recordClipping(
  tape: Tape,
  parameters: readonly Parameter[],
  tensors: OptimizerTensors,
  clipNorm: number | null,
): void {
  let count = 0;
  for (const parameter of parameters) {
    const chunks = chunksOf(parameter.stored);
    tape.call("f32_square_sum", chunks, {
      x: parameter.grad,
      count: parameter.stored,
      partials: slice(tensors.partials, count, chunks),
    });
    count += chunks;
  }
  tape.call("f32_clip_scale", 1, {
    partials: tensors.partials,
    count,
    clipNorm: clipNorm ?? Number.POSITIVE_INFINITY,
    scale: tensors.clip,
  });
}

/** Records the update of every parameter from its gradient. */
export function recordUpdate(
  tape: Tape,
  config: OptimizerConfig,
  parameters: readonly Parameter[],
  tensors: OptimizerTensors,
): void {
  for (const parameter of parameters) recordParameterUpdate(tape, config, parameter, tensors);
}

function recordParameterUpdate(
  tape: Tape,
  config: OptimizerConfig,
  parameter: Parameter,
  tensors: OptimizerTensors,
): void {
  const { clip: scale, hyper } = tensors;
  const common = { w: parameter.value, grad: parameter.grad, mask: parameter.mask, scale, hyper };
  switch (config.kind) {
    case "adamw":
      tape.call("f32_adamw", parameter.stored, {
        ...common,
        m: parameter.plane("firstMoment"),
        v: parameter.plane("secondMoment"),
        beta1: config.beta1,
        beta2: config.beta2,
        epsilon: config.epsilon,
        decay: parameter.spec.hasWeightDecay ? config.weightDecay : 0,
      });
      return;
    case "sgd":
      tape.call("f32_sgd", parameter.stored, { ...common, m: parameter.plane("momentum"), momentum: config.momentum });
      return;
    case "adafactor":
      recordAdafactor(tape, config, parameter, tensors);
  }
}

/**
 * The T5 runs' Adafactor: unfactored second moment with β2 = 1 − t^−0.8, the update clipped at RMS 1 and scaled by the
 * parameter's RMS, both over the non-zero weights only.
 *
 * Source    Shazeer & Stern 2018, without factoring and momentum; science.md §3
 */
function recordAdafactor(
  tape: Tape,
  config: OptimizerConfig & { kind: "adafactor" },
  parameter: Parameter,
  tensors: OptimizerTensors,
): void {
  const { value: w, grad, mask, stored, nonzeros, capacity } = parameter;
  const chunks = chunksOf(stored);
  const partials = tape.transient(`${parameter.name} partial sums`, 2 * chunksOf(capacity), "f64");
  const step = tape.transient(`${parameter.name} step`, 1);
  tape.call("f32_adafactor_moment", chunks, {
    w,
    grad,
    v: parameter.plane("secondMoment"),
    mask,
    scale: tensors.clip,
    hyper: tensors.hyper,
    epsilon: config.epsilon,
    count: stored,
    partials,
  });
  tape.call("f32_adafactor_step", 1, {
    partials,
    chunks,
    nonzeros,
    hyper: tensors.hyper,
    minScale: config.minParameterScale,
    clipThreshold: config.clipThreshold,
    step,
  });
  tape.call("f32_adafactor_apply", stored, { w, update: grad, mask, step });
}

function chunksOf(elements: number): number {
  return Math.ceil(elements / PARTIAL_CHUNK);
}
