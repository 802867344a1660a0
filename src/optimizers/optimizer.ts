/**
 * What an optimizer is: planes that it keeps beside each weight, and what it adds to a tape. It sees arrays of weights, never
 * masks' meaning or formats: for a CSR weight it works on the stored values, for a masked one it keeps masked entries at zero.
 */
import type { Choice, Option } from "../core/choice.ts";
import { partOf } from "../core/registry.ts";
import type { Parameter } from "../memory/parameter.ts";
import type { Tensor } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";

export type OptimizerChoice = Choice<"kind">;
type RateChoice = Choice<"kind">;

/** Small persistent tensors that the optimizer's kernels read. */
export interface OptimizerTensors {
  /** f32: what gradients are multiplied by, then the global gradient norm. */
  readonly clip: Tensor;
  /** f32 ×4, see `Optimizer.hyperParameters`. */
  readonly hyper: Tensor;
  /** f64, `partialCount(parameters)` long. */
  readonly partials: Tensor;
}

/** What changes from step to step: the learning rate, then three numbers of the optimizer's own. */
export type HyperParameters = readonly [rate: number, a: number, b: number, c: number];

export interface OptimizerDefaults {
  /** As it is written in a configuration, e.g. `{ kind: "constant", peak: 1e-3 }`. */
  readonly learningRate: RateChoice;
  /** See `training.clipNorm`. */
  readonly clipNorm: number | null;
}

export interface Optimizer<C extends OptimizerChoice = OptimizerChoice> {
  readonly name: string;
  /** The `training.optimizer` section, `kind` included, every key with its range, default and meaning. */
  readonly schema: Option;
  /** The planes that it keeps beside each weight, zero at first. */
  readonly planes: readonly string[];
  /** The schedule and the clipping that it is used with, where none are given. */
  readonly defaults: OptimizerDefaults;
  /** @param step from 0 */
  hyperParameters(config: C, step: number, rate: number): HyperParameters;
  /** Records the update of one parameter from its gradient. */
  recordUpdate(tape: Tape, config: C, parameter: Parameter, tensors: OptimizerTensors): void;
}

/** An optimizer of one's own: its types are checked here, and `register` or a plugin makes it known. */
export function defineOptimizer<C extends OptimizerChoice>(optimizer: Optimizer<C>): Optimizer<C> {
  return partOf("optimizers", optimizer);
}

/** What every elementwise update kernel reads. */
export function updateOperands({ value: w, grad, mask }: Parameter, { clip: scale, hyper }: OptimizerTensors) {
  return { w, grad, mask, scale, hyper };
}
