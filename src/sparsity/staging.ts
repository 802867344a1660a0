/** Room to work in while a mask changes: lies over the activations, which are dead between two steps. */

import { align } from "../memory/arena.ts";
import { csrSizes } from "../memory/csr.ts";
import type { Parameter } from "../memory/parameter.ts";

/** Addresses of the working arrays for one parameter. */
export interface Staging {
  /** f32 of all weights. */
  readonly dense: number;
  /** f32 of all weights: what top-k ranks, where that is not |w|. */
  readonly scores: number;
  /** 0/1 bytes of all weights. */
  readonly mask: number;
  readonly rowPtr: number;
  readonly offsets: number;
  /** f32 values in CSR order, `planeStride` bytes a plane. */
  readonly planes: number;
  readonly planeStride: number;
  /** Radix histogram of u8_topk_magnitude. */
  readonly histogram: number;
  readonly bytes: number;
}

const HISTOGRAM_BYTES = 2048 * 4;

/** Lays the working arrays out from `base` (0: to learn their size). */
export function stagingFor(parameter: Parameter, base: number): Staging {
  const { rows, cols } = parameter.spec;
  const sizes = csrSizes({ rows, cols, nonzeros: parameter.plan.csrCapacity ?? 0 });
  let top = base;
  const take = (bytes: number) => {
    const address = top;
    top += align(bytes);
    return address;
  };
  const planeStride = align(4 * sizes.values);
  const staging = {
    dense: take(4 * parameter.size),
    scores: take(4 * parameter.size),
    mask: take(parameter.size),
    rowPtr: take(4 * sizes.rowPtr),
    offsets: take(4 * sizes.offsets),
    planes: take(planeStride * parameter.plan.planes.length),
    planeStride,
    histogram: take(HISTOGRAM_BYTES),
  };
  return { ...staging, bytes: top - base };
}
