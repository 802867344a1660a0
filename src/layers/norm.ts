/** LayerNorm and RMSNorm over the features of each token. */
import { TILE } from "../kernels/registry.ts";
import type { Declare, Parameter } from "../memory/parameter.ts";
import type { Activations, Tensor } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";
import { declareVector } from "./linear.ts";

const EPSILON = { layernorm: 1e-5, rmsnorm: 1e-6 } as const;

export interface Norm {
  readonly kind: "layernorm" | "rmsnorm";
  readonly gain: Parameter;
  /** LayerNorm only. */
  readonly bias: Parameter | null;
}

export interface NormCache {
  readonly x: Activations;
  readonly stats: Tensor;
}

export function declareNorm(declare: Declare, name: string, kind: Norm["kind"], features: number): Norm {
  const gain = declareVector(declare, `${name}.weight`, features, 1);
  return { kind, gain, bias: kind === "layernorm" ? declareVector(declare, `${name}.bias`, features, 0) : null };
}

export function norm(tape: Tape, layer: Norm, x: Activations): { y: Activations; cache: NormCache } {
  const { features, numTiles } = x;
  const y = tape.activations(`${layer.gain.name} output`, numTiles, features);
  const lanes = numTiles * TILE;
  const stats = tape.transient(`${layer.gain.name} stats`, layer.bias === null ? lanes : 2 * lanes);
  const common = { x: x.tensor, gain: layer.gain.value, y: y.tensor, stats, features, epsilon: EPSILON[layer.kind] };
  if (layer.bias === null) tape.call("f32_rmsnorm", numTiles, common);
  else tape.call("f32_layernorm", numTiles, { ...common, bias: layer.bias.value });
  return { y, cache: { x, stats } };
}

/** dX, added in place to `addend` (the gradient that passes the norm by along the residual) where there is one. */
export function normBackward(
  tape: Tape,
  layer: Norm,
  cache: NormCache,
  dY: Activations,
  addend: Activations | null = null,
): Activations {
  const { features, numTiles } = dY;
  const dX = addend ?? tape.activations(`${layer.gain.name} input gradient`, numTiles, features);
  const common = { x: cache.x.tensor, stats: cache.stats, dy: dY.tensor, features };
  const input = { ...common, gain: layer.gain.value, addend: addend?.tensor ?? null, dx: dX.tensor };
  if (layer.bias === null) {
    tape.call("f32_rmsnorm_dgain", features, { ...common, dgain: layer.gain.grad, numTiles });
    tape.call("f32_rmsnorm_dx", numTiles, input);
  } else {
    tape.call("f32_layernorm_dparams", features, {
      ...common,
      dgain: layer.gain.grad,
      dbias: layer.bias.grad,
      numTiles,
    });
    tape.call("f32_layernorm_dx", numTiles, input);
  }
  return dX;
}
