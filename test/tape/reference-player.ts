/** Plays a recorded tape with the f64 twins instead of the wasm kernels: the slow truth for whole models. */
import { references } from "../../src/kernels/reference/index.ts";
import type { ElementType } from "../../src/kernels/registry.ts";
import { kernels } from "../../src/kernels/registry.ts";
import type { Tensor } from "../../src/memory/tensor.ts";
import { isScratch, isTensor, type Tape } from "../../src/tape/tape.ts";

type AnyArray = Float64Array | Int32Array | Uint8Array;

export class ReferencePlayer {
  readonly #arrays = new Map<Tensor | number, AnyArray>();

  /** The tensor's contents, zeros at first. */
  array(tensor: Tensor): AnyArray {
    const key = tensor.address ?? tensor;
    let array = this.#arrays.get(key);
    if (array === undefined) {
      array = zeros(tensor.elementType, tensor.length);
      this.#arrays.set(key, array);
    }
    return array;
  }

  play(tape: Tape): void {
    for (const { kernel, extent, args } of tape.calls) {
      const named: Record<string, unknown> = {};
      for (const [i, name] of Object.keys(kernels[kernel].args).entries()) {
        const arg = args[i]!;
        if (!isScratch(arg)) named[name] = isTensor(arg) ? this.array(arg) : arg;
      }
      (references[kernel] as (begin: number, end: number, args: unknown) => void)(0, extent, named);
    }
  }
}

function zeros(type: ElementType, length: number): AnyArray {
  return type === "i32" ? new Int32Array(length) : type === "u8" ? new Uint8Array(length) : new Float64Array(length);
}
