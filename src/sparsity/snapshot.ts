/** A weight as a checkpoint has it: dense row-major arrays, whatever the format. */
import type { Format, Parameter } from "../memory/parameter.ts";
import { addressOf } from "../memory/tensor.ts";
import { adoptMask } from "./adopt-mask.ts";
import { bytesAt, densePlane, floatsAt, type Pruner, stagingOf, writeMask } from "./pruner.ts";

/** A copy of a plane as a dense row-major matrix; of a CSR weight, zeros where pruned. */
export function readDense(pruner: Pruner, parameter: Parameter, plane: string): Float32Array {
  return floatsAt(pruner, densePlane(pruner, parameter, plane), parameter.size).slice();
}

/** The 0/1 mask of a weight, row-major; all ones where it is not pruned. */
export function readMask(pruner: Pruner, parameter: Parameter): Uint8Array {
  const mask = new Uint8Array(parameter.size);
  writeMask(pruner, parameter, mask);
  return mask;
}

export interface SavedParameter {
  /** Planes that are left out become 0. */
  readonly planes: ReadonlyMap<string, Float32Array>;
  /** undefined where the parameter is not pruned. */
  readonly mask: Uint8Array | undefined;
  readonly format: Format;
}

/** Brings a weight back as a checkpoint left it, whatever has happened to it since: its mask, its format and every plane. */
export function restoreParameter(pruner: Pruner, parameter: Parameter, saved: SavedParameter): void {
  parameter.store("dense", parameter.size);
  for (const plane of parameter.plan.planes) {
    const floats = floatsAt(pruner, addressOf(parameter.plane(plane)), parameter.size);
    floats.set(saved.planes.get(plane) ?? floats.fill(0));
  }
  if (saved.mask === undefined) return;
  bytesAt(pruner, stagingOf(pruner, parameter).mask, parameter.size).set(saved.mask);
  adoptMask(pruner, parameter, saved.format);
}
