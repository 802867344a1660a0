/** The MLP of a transformer block, in each of its kinds. */
import type { Declare } from "../memory/parameter.ts";
import type { Activations } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";
import { declareLinear, type Linear, linear, linearBackward } from "./linear.ts";

/** What stands between the up and the down projection. */
interface Activation {
  /** dFf/dModel of a usual MLP of this kind. */
  readonly usualRatio: number;
  /** A second up projection, which multiplies the activation's output. */
  readonly isGated: boolean;
  /** hidden, of the up projection and of the gated one where there is one. */
  record(tape: Tape, hidden: Activations, up: Activations, gated: Activations | null): void;
  /** dUp, and dGated where there is one. */
  recordBackward(tape: Tape, gradients: MlpGradients, up: Activations, gated: Activations | null): void;
}

interface MlpGradients {
  readonly dHidden: Activations;
  readonly dUp: Activations;
  readonly dGated: Activations | null;
}

/** Every kind by its name. A gated one has a third matrix and is narrower for the same size. */
export const MLPS = {
  /** gelu(x·Wup), tanh approximation. */
  gelu: {
    usualRatio: 4,
    isGated: false,
    record(tape, y, x) {
      tape.call("f32_gelu", y.numTiles, { x: x.tensor, y: y.tensor, features: y.features });
    },
    recordBackward(tape, { dHidden, dUp }, x) {
      const operands = { x: x.tensor, dy: dHidden.tensor, dx: dUp.tensor, features: x.features };
      tape.call("f32_gelu_backward", x.numTiles, operands);
    },
  },
  /** T5.1.1's gelu(x·Wup) ∘ (x·Wgated). */
  geglu: {
    usualRatio: 8 / 3,
    isGated: true,
    record(tape, y, gate, value) {
      const operands = { gate: gate.tensor, value: value!.tensor, y: y.tensor, features: y.features };
      tape.call("f32_geglu", y.numTiles, operands);
    },
    recordBackward(tape, { dHidden, dUp, dGated }, gate, value) {
      tape.call("f32_geglu_backward", gate.numTiles, {
        gate: gate.tensor,
        value: value!.tensor,
        dy: dHidden.tensor,
        dGate: dUp.tensor,
        dValue: dGated!.tensor,
        features: gate.features,
      });
    },
  },
} satisfies Readonly<Record<string, Activation>>;

export type MlpKind = keyof typeof MLPS;

export interface Mlp {
  readonly activation: Activation;
  readonly up: Linear;
  /** null where the activation is not gated. */
  readonly gated: Linear | null;
  readonly down: Linear;
}

export interface MlpCache {
  readonly x: Activations;
  readonly up: Activations;
  readonly gated: Activations | null;
  readonly hidden: Activations;
}

export interface MlpOptions {
  readonly dModel: number;
  readonly dFf: number;
  readonly activation: MlpKind;
  readonly bias: boolean;
  /** Tokens of an example that pass through. */
  readonly seqLen: number;
  /** Scale of the down projection's initial weights, in units of 1/√dFf. */
  readonly outputGain: number;
}

export function declareMlp(
  declare: Declare,
  name: string,
  { dModel, dFf, activation: kind, bias, seqLen, outputGain }: MlpOptions,
): Mlp {
  const activation: Activation = MLPS[kind];
  const layer = (part: string, from: number, to: number, gain = 1) =>
    declareLinear(declare, `${name}.${part}`, from, to, { bias, role: "block", tokensPerExample: seqLen, gain });
  return {
    activation,
    up: layer("up", dModel, dFf),
    gated: activation.isGated ? layer("gated", dModel, dFf) : null,
    down: layer("down", dFf, dModel, outputGain),
  };
}

/** y = residual + Wdown·activation(Wup·x), the activation's output multiplied by Wgated·x where it is gated. */
export function mlp(
  tape: Tape,
  layer: Mlp,
  x: Activations,
  residual: Activations,
): { y: Activations; cache: MlpCache } {
  const up = linear(tape, layer.up, x);
  const gated = layer.gated === null ? null : linear(tape, layer.gated, x);
  const hidden = tape.activations(`${layer.down.weight.name} input`, up.numTiles, up.features);
  layer.activation.record(tape, hidden, up, gated);
  return { y: linear(tape, layer.down, hidden, residual), cache: { x, up, gated, hidden } };
}

/** The gradient of the MLP's input; the residual's gradient is dY itself. */
export function mlpBackward(tape: Tape, layer: Mlp, { x, up, gated, hidden }: MlpCache, dY: Activations): Activations {
  const dHidden = linearBackward(tape, layer.down, hidden, dY);
  const gradientOf = ({ weight }: Linear) =>
    tape.activations(`${weight.name} output gradient`, up.numTiles, up.features);
  const dUp = gradientOf(layer.up);
  const dGated = layer.gated === null ? null : gradientOf(layer.gated);
  layer.activation.recordBackward(tape, { dHidden, dUp, dGated }, up, gated);
  const dX = linearBackward(tape, layer.up, x, dUp);
  return layer.gated === null ? dX : linearBackward(tape, layer.gated, x, dGated!, dX);
}
