import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { type KernelName, kernels } from "../../src/kernels/registry.ts";
import type { KernelCase } from "./contract.ts";

/**
 * Runs a kernel over [begin, end), the whole extent unless said, and brings what it wrote back into the arrays. An array
 * given twice is one buffer, so that outputs may alias inputs.
 */
export function callKernel<K extends KernelName>(
  module: WebAssembly.Module,
  name: K,
  { extent, args }: Pick<KernelCase<K>, "extent" | "args">,
  [begin, end] = [0, extent],
): void {
  const addresses = new Map<ArrayBufferView, number>();
  let top = SYSTEM_BYTES;
  const given = args as Record<string, unknown>;
  const values = Object.keys(kernels[name].args).map((arg) => {
    const value = given[arg];
    if (value === null) return 0;
    if (typeof value === "number") return value;
    const array = ArrayBuffer.isView(value) ? value : new Uint8Array((value as { bytes: number }).bytes);
    if (!addresses.has(array)) {
      addresses.set(array, top);
      top = (top + array.byteLength + 15) & ~15;
    }
    return addresses.get(array)!;
  });
  const memory = createMemory(top);
  const bytes = new Uint8Array(memory.buffer);
  const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (const [array, address] of addresses) bytes.set(bytesOf(array), address);
  instantiateKernels(module, memory)[name](begin, end, ...values);
  for (const [array, address] of addresses) bytesOf(array).set(bytes.subarray(address, address + array.byteLength));
}
