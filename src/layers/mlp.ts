/** The MLP of a transformer block: GELU, or T5.1.1's gated GELU. */
import type { Declare } from "../memory/parameter.ts";
import type { Activations } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";
import { declareLinear, type Linear, linear, linearBackward } from "./linear.ts";

export interface Mlp {
  /** Goes through GELU. */
  readonly up: Linear;
  /** Multiplies the GELU's output (gated GELU only). */
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
  readonly activation: "gelu" | "geglu";
  readonly bias: boolean;
  /** Scale of the down projection's initial weights, in units of 1/√dFf. */
  readonly outputGain: number;
}

export function declareMlp(
  declare: Declare,
  name: string,
  { dModel, dFf, activation, bias, outputGain }: MlpOptions,
): Mlp {
  const layer = (part: string, from: number, to: number, gain = 1) =>
    declareLinear(declare, `${name}.${part}`, from, to, { bias, role: "block", gain });
  return {
    up: layer("up", dModel, dFf),
    gated: activation === "geglu" ? layer("gated", dModel, dFf) : null,
    down: layer("down", dFf, dModel, outputGain),
  };
}

/** y = residual + Wdown·gelu(Wup·x), or residual + Wdown·(gelu(Wup·x) ∘ Wgated·x). */
export function mlp(
  tape: Tape,
  layer: Mlp,
  x: Activations,
  residual: Activations,
): { y: Activations; cache: MlpCache } {
  const up = linear(tape, layer.up, x);
  const gated = layer.gated === null ? null : linear(tape, layer.gated, x);
  const { numTiles, features } = up;
  const hidden = tape.activations(`${layer.down.weight.name} input`, numTiles, features);
  if (gated === null) tape.call("f32_gelu", numTiles, { x: up.tensor, y: hidden.tensor, features });
  else tape.call("f32_geglu", numTiles, { gate: up.tensor, value: gated.tensor, y: hidden.tensor, features });
  return { y: linear(tape, layer.down, hidden, residual), cache: { x, up, gated, hidden } };
}

/** The gradient of the MLP's input; the residual's gradient is dY itself. */
export function mlpBackward(tape: Tape, layer: Mlp, { x, up, gated, hidden }: MlpCache, dY: Activations): Activations {
  const dHidden = linearBackward(tape, layer.down, hidden, dY);
  const { numTiles, features } = up;
  const dUp = tape.activations(`${layer.up.weight.name} output gradient`, numTiles, features);
  if (gated === null || layer.gated === null) {
    tape.call("f32_gelu_backward", numTiles, { x: up.tensor, dy: dHidden.tensor, dx: dUp.tensor, features });
    return linearBackward(tape, layer.up, x, dUp);
  }
  const dGated = tape.activations(`${layer.gated.weight.name} output gradient`, numTiles, features);
  tape.call("f32_geglu_backward", numTiles, {
    gate: up.tensor,
    value: gated.tensor,
    dy: dHidden.tensor,
    dGate: dUp.tensor,
    dValue: dGated.tensor,
    features,
  });
  return linearBackward(tape, layer.gated, x, dGated, linearBackward(tape, layer.up, x, dUp));
}
