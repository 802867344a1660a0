/** Clipping of gradients: each element, and all by their global norm. */
import { PARTIAL_CHUNK } from "../kernels/registry.ts";
import type { Parameter } from "../memory/parameter.ts";
import { slice } from "../memory/tensor.ts";
import type { Tape } from "../tape/tape.ts";
import type { OptimizerTensors } from "./optimizer.ts";

/** Length of the array of partial sums: enough for every parameter's chunks, two sums a chunk. */
export function partialCount(parameters: readonly Parameter[]): number {
  return 2 * parameters.reduce((chunks, parameter) => chunks + chunksOf(parameter.size), 0);
}

/** Brings every element of the gradients into ±limit. */
export function recordElementClipping(tape: Tape, parameters: readonly Parameter[], limit: number): void {
  for (const { grad, stored } of parameters) tape.call("f32_clip_elements", stored, { x: grad, limit });
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
      mask: parameter.mask,
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

/** Partial sums of an array of `elements`. */
export function chunksOf(elements: number): number {
  return Math.ceil(elements / PARTIAL_CHUNK);
}
