import { RandomStream } from "../core/rng.ts";
import type { Parameter } from "../memory/parameter.ts";
import { addressOf } from "../memory/tensor.ts";

/** Writes each parameter's initial values, a function of (seed, its name) alone; masks all ones, everything else zero. */
export function initialiseParameters(parameters: readonly Parameter[], seed: number, memory: WebAssembly.Memory): void {
  for (const parameter of parameters) {
    const { initialDeviation, initialMean, name } = parameter.spec;
    const values = new Float32Array(memory.buffer, addressOf(parameter.value), parameter.size);
    if (initialDeviation === 0) values.fill(initialMean);
    else {
      const stream = new RandomStream(seed, `initial values of ${name}`);
      for (let i = 0; i < values.length; i++) values[i] = initialMean + initialDeviation * stream.normal();
    }
    if (parameter.mask !== null) new Uint8Array(memory.buffer, addressOf(parameter.mask), parameter.size).fill(1);
  }
}
