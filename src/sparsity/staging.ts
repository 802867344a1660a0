/** Room to work in while a mask changes: lies over the activations, which are dead between two steps. */

import { TOPK_SCRATCH } from "../kernels/registry.ts";
import { align } from "../memory/arena.ts";
import { csrSizes } from "../memory/csr.ts";
import type { Parameter } from "../memory/parameter.ts";

/** Addresses of the working arrays for one parameter. */
export interface Staging {
  /** 0/1 bytes of all weights: the mask that is being decided on. */
  readonly mask: number;
  /** Radix histogram of u8_topk_magnitude. */
  readonly histogram: number;
  /** f32 of all weights: a plane of a CSR weight spread out; bytes of two masks while weights to grow are looked for. */
  readonly dense: number;
  /** f32 of all weights: what top-k ranks, where that is not |w|. Over the arrays below: ranking ends before moving begins. */
  readonly scores: number;
  readonly rowPtr: number;
  readonly offsets: number;
  /** f32 values in CSR order, `planeStride` bytes a plane. */
  readonly planes: number;
  readonly planeStride: number;
  readonly bytes: number;
}

/**
 * Lays the working arrays of every change out from `base` (0: to learn their size).
 *
 * Units     bytes = 8 KiB + 5·size + max(4·size, structure + 4·csrCapacity·planes), to whole cache lines, with structure =
 *           4·(row pointers + csrCapacity)
 */
export function stagingFor(parameter: Parameter, base: number): Staging {
  const { spec, plan, size } = parameter;
  const { rowPtr, offsets, values } = csrSizes({ ...spec, nonzeros: plan.csrCapacity ?? 0 });
  const planeStride = align(4 * values);
  const always = layOut(base, { mask: size, histogram: TOPK_SCRATCH, dense: 4 * size });
  const ranking = layOut(always.end, { scores: 4 * size });
  const moving = layOut(always.end, {
    rowPtr: 4 * rowPtr,
    offsets: 4 * offsets,
    planes: planeStride * plan.planes.length,
  });
  return {
    ...always.addresses,
    ...ranking.addresses,
    ...moving.addresses,
    planeStride,
    bytes: Math.max(ranking.end, moving.end) - base,
  };
}

/** Addresses of arrays of these bytes, one after the other. */
function layOut<Name extends string>(
  base: number,
  bytes: Record<Name, number>,
): { addresses: Record<Name, number>; end: number } {
  const addresses = { ...bytes };
  let end = base;
  for (const name in bytes) {
    addresses[name] = end;
    end += align(bytes[name]);
  }
  return { addresses, end };
}
