/**
 * The contract every kernel is held to, case by case:
 *
 *   1. its outputs equal the f64 reference's within the case's tolerance;
 *   2. an extent filled in several parts, in any order, gives the same bits as in one;
 *   3. buffers that are only read stay as they were, and nothing outside the buffers is touched;
 *   4. every element of an `out` buffer is written (they start as NaN);
 *   5. of a kernel that is split by token tiles, a tile reads and writes its own tile alone of every buffer that is not `whole`.
 */
import { expect } from "vitest";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { references } from "../../src/kernels/reference/index.ts";
import type { Reference, ReferenceArray } from "../../src/kernels/reference/types.ts";
import {
  type ArgSpec,
  BY_TILES,
  describeArg,
  type ElementType,
  type KernelName,
  kernels,
} from "../../src/kernels/registry.ts";

type ArrayOf = { f32: Float32Array; f64: Float64Array; i32: Int32Array; u8: Uint8Array };
type Args<K extends KernelName> = (typeof kernels)[K]["args"];
type CaseArg<S> = S extends "int" | "float"
  ? number
  : S extends "scratch"
    ? { bytes: number }
    : S extends `${string}? ${infer E extends ElementType}`
      ? ArrayOf[E] | null
      : S extends `${string} ${infer E extends ElementType}`
        ? ArrayOf[E]
        : never;

export interface KernelCase<K extends KernelName> {
  /** The shape and the seed, as a failure should print them. */
  readonly label: string;
  readonly extent: number;
  /** Initial contents; of an `out` buffer only the length counts. */
  readonly args: { readonly [A in keyof Args<K>]: CaseArg<Args<K>[A]> };
  /** |wasm − reference| ≤ absolute + relative·|reference|, for each f32 and f64 output; i32 and u8 outputs must be equal. */
  readonly tolerance: { readonly relative: number; readonly absolute: number };
}

/** Unit roundoff of f32. A sum of n products errs by at most about n·EPSILON·Σ|terms|. */
export const EPSILON = 2 ** -24;

const GUARD_BYTES = 64;
const GUARD = 0xa5;

/** Checks one case against the contract above. */
export function checkKernel<K extends KernelName>(
  module: WebAssembly.Module,
  name: K,
  kernelCase: KernelCase<K>,
): void {
  const whole = runWasm(module, name, kernelCase, [[0, kernelCase.extent]]);
  expect(whole.complaints, `${name} ${kernelCase.label}`).toEqual([]);
  const parts = runWasm(module, name, kernelCase, splitInParts(kernelCase.extent, kernels[name].grain));
  expect(parts.complaints, `${name} ${kernelCase.label}, in parts`).toEqual([]);
  if (kernels[name].split === BY_TILES) checkTile(module, name, kernelCase, whole.buffers);
  const expected = runReference(name, kernelCase);
  for (const [arg, spec] of Object.entries(kernels[name].args) as [string, ArgSpec][]) {
    const { isPointer, isWritten, elementType } = describeArg(spec);
    const output = whole.buffers.get(arg);
    if (!isPointer || !isWritten || output === undefined) continue;
    expect(firstBitDifference(output, parts.buffers.get(arg)!), `${name} ${kernelCase.label}: ${arg} in parts`).toBe(
      -1,
    );
    const reference = expected.get(arg)!;
    const complaint = compare(output, reference, elementType!, kernelCase.tolerance);
    expect(complaint, `${name} ${kernelCase.label}: ${arg} against the f64 reference`).toBe("");
  }
}

/** The last tile alone, with all others' content gone: it gives the same bits, and they stay as they were. */
function checkTile<K extends KernelName>(
  module: WebAssembly.Module,
  name: K,
  kernelCase: KernelCase<K>,
  whole: ReadonlyMap<string, ArrayOf[ElementType]>,
): void {
  const { extent } = kernelCase;
  const args: Record<string, unknown> = { ...kernelCase.args };
  const ofTiles = (Object.entries(kernels[name].args) as [string, ArgSpec][]).filter(([arg, spec]) => {
    return describeArg(spec).isPointer && !describeArg(spec).isWhole && args[arg] !== null;
  });
  for (const [arg] of ofTiles) {
    const array = (args[arg] as ArrayOf[ElementType]).slice();
    array.fill(array instanceof Float32Array ? Number.NaN : 1, 0, array.length - array.length / extent);
    args[arg] = array;
  }
  const blank = { ...kernelCase, args: args as typeof kernelCase.args };
  const alone = runWasm(module, name, blank, [[extent - 1, extent]]);
  expect(alone.complaints, `${name} ${kernelCase.label}, its last tile`).toEqual([]);
  for (const [arg, spec] of ofTiles) {
    if (!describeArg(spec).isWritten) continue;
    const [buffer, expected] = [alone.buffers.get(arg)!, whole.get(arg)!];
    const first = buffer.length - buffer.length / extent;
    const label = `${name} ${kernelCase.label}: ${arg}`;
    expect(firstBitDifference(buffer.subarray(first), expected.subarray(first)), `${label} in its last tile`).toBe(-1);
    const before = describeArg(spec).isRead ? (args[arg] as ArrayOf[ElementType]) : asUnwritten(buffer);
    expect(firstBitDifference(buffer.subarray(0, first), before.subarray(0, first)), `${label} elsewhere`).toBe(-1);
  }
}

/** What an `out` buffer holds before a call. */
function asUnwritten(buffer: ArrayOf[ElementType]): ArrayOf[ElementType] {
  const copy = buffer.slice();
  new Uint8Array(copy.buffer).fill(0xff);
  return copy;
}

function runWasm<K extends KernelName>(
  module: WebAssembly.Module,
  name: K,
  c: KernelCase<K>,
  parts: [number, number][],
) {
  const specs = Object.entries(kernels[name].args) as [string, ArgSpec][];
  const given = c.args as Record<string, unknown>;
  let top = SYSTEM_BYTES;
  const regions: { arg: string; address: number; array: ArrayOf[ElementType]; spec: ArgSpec }[] = [];
  const values = specs.map(([arg, spec]) => {
    const value = given[arg];
    if (typeof value === "number") return value;
    if (value === null) return 0;
    top = (top + GUARD_BYTES + 63) & ~63;
    const address = top;
    if (spec === "scratch") {
      top += (value as { bytes: number }).bytes;
      regions.push({ arg, address, array: new Uint8Array((value as { bytes: number }).bytes), spec });
    } else {
      const array = value as ArrayOf[ElementType];
      top += array.byteLength;
      regions.push({ arg, address, array, spec });
    }
    return address;
  });
  const memory = createMemory(top + GUARD_BYTES);
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(GUARD, SYSTEM_BYTES);
  for (const { address, array, spec } of regions) {
    const isOutput = describeArg(spec).isWritten && !describeArg(spec).isRead;
    const initial = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    if (isOutput || spec === "scratch") bytes.fill(0xff, address, address + array.byteLength);
    else bytes.set(initial, address);
  }
  const instance = instantiateKernels(module, memory);
  for (const [begin, end] of parts) instance[name](begin, end, ...values);

  const complaints = guardComplaints(bytes, regions);
  const buffers = new Map<string, ArrayOf[ElementType]>();
  for (const { arg, address, array, spec } of regions) {
    const after = bytes.slice(address, address + array.byteLength);
    const typed = new (array.constructor as new (b: ArrayBuffer) => ArrayOf[ElementType])(after.buffer);
    buffers.set(arg, typed);
    if (describeArg(spec).isPointer && !describeArg(spec).isWritten && firstBitDifference(array, typed) !== -1)
      complaints.push(`${arg} is read-only and was changed at element ${firstBitDifference(array, typed)}`);
  }
  return { buffers, complaints };
}

/** Names the first changed byte of each stretch around the regions, which ascend, up to the end of memory. */
function guardComplaints(
  bytes: Uint8Array,
  regions: readonly { arg: string; address: number; array: ArrayBufferView }[],
): string[] {
  const ends = regions.map(({ arg, address, array }) => ({ after: arg, begin: address + array.byteLength }));
  return [{ after: "system bytes", begin: SYSTEM_BYTES }, ...ends].flatMap(({ after, begin }, i) => {
    const stretch = Buffer.from(bytes.buffer, begin, (regions[i]?.address ?? bytes.length) - begin);
    if (stretch.equals(Buffer.alloc(stretch.length, GUARD))) return [];
    return [`guard byte ${stretch.findIndex((byte) => byte !== GUARD)} past ${after} was changed`];
  });
}

function runReference<K extends KernelName>(name: K, c: KernelCase<K>) {
  const args: Record<string, unknown> = {};
  const outputs = new Map<string, ReferenceArray[ElementType]>();
  for (const [arg, spec] of Object.entries(kernels[name].args) as [string, ArgSpec][]) {
    const value = (c.args as Record<string, unknown>)[arg];
    if (spec === "scratch") continue;
    if (typeof value === "number" || value === null)
      args[arg] = spec === "float" ? Math.fround(value as number) : value;
    else {
      const array = value as ArrayOf[ElementType];
      const copy = array instanceof Float32Array ? Float64Array.from(array) : array.slice();
      args[arg] = copy;
      outputs.set(arg, copy as ReferenceArray[ElementType]);
    }
  }
  (references[name] as Reference<K>)(0, c.extent, args as Parameters<Reference<K>>[2]);
  return outputs;
}

/** Uneven parts at multiples of the grain, last part first. */
function splitInParts(extent: number, grain: number): [number, number][] {
  const cuts = [0, 0.2, 0.5, 0.6, 1].map((f) => Math.min(extent, Math.round((f * extent) / grain) * grain));
  cuts[4] = extent;
  return cuts
    .slice(1)
    .map((end, i): [number, number] => [cuts[i]!, end])
    .filter(([b, e]) => e > b)
    .reverse();
}

function firstBitDifference(a: ArrayBufferView, b: ArrayBufferView): number {
  const x = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
  const y = new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return Math.floor(i / (x.length / (a as Float32Array).length));
  return -1;
}

function compare(
  actual: ArrayOf[ElementType],
  expected: ReferenceArray[ElementType],
  type: ElementType,
  tolerance: { relative: number; absolute: number },
): string {
  const isExact = type === "i32" || type === "u8";
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    const bound = isExact ? 0 : tolerance.absolute + tolerance.relative * Math.abs(e);
    if (!(Math.abs(a - e) <= bound) && !Object.is(a, e)) return `element ${i}: got ${a}, expected ${e} ± ${bound}`;
  }
  return "";
}

/** Signed, seeded noise in [−1, 1), every eighth value small and every 61st zero, so that signs, scales and zeros all occur. */
export function noise(length: number, seed: number): Float32Array {
  const out = new Float32Array(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = i % 61 === 60 ? 0 : ((state >>> 8) / 2 ** 23 - 1) * (i % 8 === 7 ? 1e-3 : 1);
  }
  return out;
}

/** A 0/1 byte mask with about (1 − sparsity) ones; sparsity 0 and 1 are exact. */
export function randomMask(length: number, sparsity: number, seed: number): Uint8Array {
  return Uint8Array.from(noise(length, seed), (x, i) =>
    sparsity <= 0 ? 1 : sparsity >= 1 ? 0 : (Math.abs(x) * 7919 + i * 0.618) % 1 >= sparsity ? 1 : 0,
  );
}
