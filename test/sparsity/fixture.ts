/** A weight in a memory of its own, full of rubbish and with guard words around all that a change may touch. */
import { expect } from "vitest";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { CSR_BLOCK, CSR_PADDING, TILE } from "../../src/kernels/registry.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Parameter } from "../../src/memory/parameter.ts";
import { addressOf, type Tensor } from "../../src/memory/tensor.ts";
import type { Moment } from "../../src/sparsity/moment.ts";
import type { Pruner } from "../../src/sparsity/pruner.ts";
import type { Score } from "../../src/sparsity/scores/score.ts";
import { stagingFor } from "../../src/sparsity/staging.ts";
import { noise } from "../kernels/contract.ts";
import { strictModule } from "../kernels/module.ts";
import { DenseModel } from "./dense-model.ts";
import { productBytes } from "./products.ts";

export const UNSTRUCTURED = { kind: "unstructured" } as const;

/** The planes of a weight under each optimizer, and under one that nobody has written. */
export const PLANES = {
  adamw: ["value", "grad", "firstMoment", "secondMoment"],
  adafactor: ["value", "grad", "secondMoment"],
  sgd: ["value", "grad", "momentum"],
  "five planes of its own": ["value", "grad", "slow", "fast", "age", "curvature", "trust"],
} as const;

const GUARD_BYTES = 64;
const GUARD = 0xa5;
const RUBBISH = 0x5b;

export interface Weight {
  readonly parameter: Parameter;
  readonly pruner: Pruner;
  readonly model: DenseModel;
  /** Room for a dense gradient, outside the staging area. */
  readonly denseGradient: number;
  /** Room for products with the weight. */
  readonly productsBase: number;
  /** Addresses of the guard words. */
  readonly guards: readonly number[];
}

export interface WeightOptions {
  readonly rows: number;
  readonly cols: number;
  readonly planes?: readonly string[];
  /** All weights unless said; undefined: always dense. */
  readonly csrCapacity?: number | undefined;
  readonly isPruned?: boolean;
  readonly name?: string;
  readonly seed?: number;
}

/** A dense weight, all of it kept, with noise in every plane, and the model of it. */
export function openWeight(options: WeightOptions): Weight {
  const { rows, cols, planes = PLANES.adamw, seed = 1 } = options;
  const csrCapacity = "csrCapacity" in options ? options.csrCapacity : rows * cols;
  const { isPruned = true, name = "w" } = options;
  const arena = new Arena();
  const guards: number[] = [];
  const guard = () => guards.push(arena.reserve("guards", GUARD_BYTES));
  const role = { role: "block", isLinear: true, hasWeightDecay: true, initialDeviation: 1, initialMean: 0 } as const;
  guard();
  const parameter = new Parameter(arena, { name, rows, cols, ...role }, { planes, isPruned, csrCapacity });
  guard();
  const stagingBase = arena.reserve("staging", stagingFor(parameter, 0).bytes);
  guard();
  const denseGradient = arena.reserve("gradient", 4 * rows * cols);
  const productsBase = arena.reserve("products", productBytes(rows, cols));
  const memory = createMemory(arena.bytes);
  new Uint8Array(memory.buffer, SYSTEM_BYTES).fill(RUBBISH);
  for (const address of guards) new Uint8Array(memory.buffer, address, GUARD_BYTES).fill(GUARD);
  const pruner = { kernels: instantiateKernels(strictModule, memory), memory, stagingBase };
  const model = new DenseModel(rows, cols, new Map(planes.map((plane) => [plane, []])));
  const weight = { parameter, pruner, model, denseGradient, productsBase, guards };
  if (parameter.mask !== null) bytesOf(weight, parameter.mask).fill(1);
  trainWeight(weight, seed);
  return weight;
}

/** What training does between two changes: new numbers in every plane of what is kept, and a full gradient where dense. */
export function trainWeight({ parameter, model, pruner }: Weight, seed: number): void {
  const places = storedIndices(pruner, parameter);
  for (const [p, plane] of parameter.plan.planes.entries()) {
    const fresh = noise(parameter.size, 1000 * seed + p).map((x, i) => (i % 13 === 5 ? -0.25 : x));
    const stored = floats(pruner, parameter.plane(plane));
    const isWritten = (i: number) => model.mask[i] || plane === "grad";
    for (const [at, i] of places.entries()) stored[at] = isWritten(i) ? fresh[i]! : 0;
    model.planes.set(
      plane,
      model.mask.map((isKept, i) => (isKept ? fresh[i]! : 0)),
    );
  }
}

/** A score of numbers that are given, the same ones for model and memory. */
export function given(numbers: ArrayLike<number>, name = "given"): Score {
  return { name, needsGradient: false, score: (_, into) => into.set(numbers) };
}

export function momentAt(step: number, more: Partial<Moment> = {}): Moment {
  return { seed: 7, step, denseGradient: undefined, ...more };
}

/** Numbers among which are ties, zeros of both signs and infinities. */
export function awkwardScores(size: number, seed: number): number[] {
  return Array.from(noise(size, seed), (x, i) => {
    if (i % 5 === 1) return Math.trunc(3 * x);
    return i % 101 === 100 ? Number.NEGATIVE_INFINITY : x;
  });
}

export function floats({ memory }: Pruner, tensor: Tensor): Float32Array {
  return new Float32Array(memory.buffer, addressOf(tensor), tensor.length);
}

function ints({ memory }: Pruner, tensor: Tensor): number[] {
  return [...new Int32Array(memory.buffer, addressOf(tensor), tensor.length)];
}

function bytesOf({ pruner }: Pick<Weight, "pruner">, tensor: Tensor): Uint8Array {
  return new Uint8Array(pruner.memory.buffer, addressOf(tensor), tensor.length);
}

/** The row-major index of every element that a plane stores, in order; checks the structure on the way. */
export function storedIndices(pruner: Pruner, parameter: Parameter): number[] {
  const { rows, cols } = parameter.spec;
  if (parameter.format === "dense") return Array.from({ length: rows * cols }, (_, i) => i);
  const { rowPtr, offsets } = parameter.csr;
  return entries({ rowPtr: ints(pruner, rowPtr), offsets: ints(pruner, offsets) }, rows, cols, parameter.nonzeros);
}

/** Entries of blocked CSR as row-major indices, read off the format's description in the registry. */
function entries(
  { rowPtr, offsets }: { rowPtr: number[]; offsets: number[] },
  rows: number,
  cols: number,
  nonzeros: number,
): number[] {
  const numBlocks = Math.ceil(cols / CSR_BLOCK);
  expect(rowPtr.length, "row pointers").toBe(numBlocks * (rows + 1));
  expect([rowPtr[0], rowPtr.at(-1)], "first and last row pointer").toEqual([0, nonzeros]);
  const found: number[] = [];
  for (let block = 0; block < numBlocks; block++)
    for (let row = 0; row < rows; row++) {
      const [begin, end] = [rowPtr[block * (rows + 1) + row]!, rowPtr[block * (rows + 1) + row + 1]!];
      expect(begin, `begin of row ${row} in block ${block}`).toBe(found.length);
      expect(end, `end of row ${row} in block ${block}`).toBeGreaterThanOrEqual(begin);
      const columns = offsets.slice(begin, end).map((offset) => block * CSR_BLOCK + offset / (4 * TILE));
      const isSound = (column: number, i: number) =>
        Number.isInteger(column) && column > (columns[i - 1] ?? block * CSR_BLOCK - 1) && column < cols;
      expect(columns.every(isSound), `columns ${columns} of row ${row} in block ${block}`).toBe(true);
      for (const column of columns) found.push(row * cols + column);
    }
  expect(offsets.slice(nonzeros), "padding").toEqual(Array(CSR_PADDING).fill(0));
  return found;
}

/** A plane as a dense matrix, put together here from what lies in memory. */
export function reconstruct(
  pruner: Pruner,
  parameter: Parameter,
  plane: string,
  places = storedIndices(pruner, parameter),
): Float32Array {
  const dense = new Float32Array(parameter.size);
  const stored = floats(pruner, parameter.plane(plane));
  for (let at = 0; at < places.length; at++) dense[places[at]!] = stored[at]!;
  return dense;
}

/** Holds a weight to its model: mask, every bit of every plane, both structures, guards and sizes. */
export function checkWeight({ parameter, pruner, model, guards }: Weight, label: string): void {
  expect(parameter.nonzeros, `${label}: non-zeros`).toBe(model.kept.length);
  expect(parameter.usedBytes, `${label}: bytes in use`).toBeLessThanOrEqual(parameter.slabBytes);
  const places = storedIndices(pruner, parameter);
  for (const [plane, values] of model.planes) {
    const difference = firstDifference(reconstruct(pruner, parameter, plane, places), values);
    expect(difference, `${label}: ${plane}`).toBe("");
  }
  const mask = parameter.mask === null ? maskOf(parameter.size, places) : [...bytesOf({ pruner }, parameter.mask)];
  expect(
    mask.findIndex((bit, i) => bit !== Number(model.mask[i])),
    `${label}: mask`,
  ).toBe(-1);
  if (parameter.format === "csr") checkTransposed({ parameter, pruner, model }, label);
  for (const address of guards)
    expect([...new Uint8Array(pruner.memory.buffer, address, GUARD_BYTES)], `${label}: guard at ${address}`).toEqual(
      Array(GUARD_BYTES).fill(GUARD),
    );
}

function maskOf(size: number, kept: readonly number[]): number[] {
  const mask = Array<number>(size).fill(0);
  for (const i of kept) mask[i] = 1;
  return mask;
}

/** Wᵀ's structure has the same weights, each once, under its permutation. */
function checkTransposed({ parameter, pruner, model }: Pick<Weight, "parameter" | "pruner" | "model">, label: string) {
  const { rows, cols } = parameter.spec;
  const { rowPtrT, offsetsT, permutation } = parameter.csr;
  const structure = { rowPtr: ints(pruner, rowPtrT), offsets: ints(pruner, offsetsT) };
  const places = entries(structure, cols, rows, parameter.nonzeros);
  const order = ints(pruner, permutation);
  expect(new Set(order).size, `${label}: permutation`).toBe(parameter.nonzeros);
  const transposed = new Float32Array(parameter.size);
  const values = floats(pruner, parameter.value);
  for (const [at, i] of places.entries()) transposed[i] = values[order[at]!]!;
  const expected = Array.from(
    transposed,
    (_, i) => model.planes.get("value")![(i % rows) * cols + Math.floor(i / rows)]!,
  );
  expect(firstDifference(transposed, expected), `${label}: Wᵀ`).toBe("");
}

/** The first element whose bits differ, or nothing. */
export function firstDifference(actual: Float32Array, expected: ArrayLike<number>): string {
  const [a, e] = [actual, Float32Array.from(expected)].map((array) => new Int32Array(array.slice().buffer));
  const at = a!.findIndex((bits, i) => bits !== e![i]);
  if (a!.length !== e!.length) return `${a!.length} elements in place of ${e!.length}`;
  return at < 0 ? "" : `element ${at}: got ${actual[at]}, expected ${expected[at]}`;
}
