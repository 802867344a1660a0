import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { createMemory, instantiateKernels } from "../../src/kernels/abi.ts";
import { Arena } from "../../src/memory/arena.ts";
import { Parameter } from "../../src/memory/parameter.ts";
import { addressOf } from "../../src/memory/tensor.ts";
import type { Pruner } from "../../src/sparsity/pruner.ts";
import { readDense, readMask } from "../../src/sparsity/snapshot.ts";
import { stagingFor } from "../../src/sparsity/staging.ts";
import { strictModule } from "../kernels/module.ts";
import { updateMask } from "./update-mask.ts";

const PLANES = ["value", "grad", "firstMoment"];

/** One parameter with noise in every plane, in a memory of its own. */
function prepare(
  rows: number,
  cols: number,
  csrCapacity: number | undefined,
): { parameter: Parameter; pruner: Pruner } {
  const arena = new Arena();
  const spec = {
    name: "w",
    rows,
    cols,
    role: "block",
    isLinear: true,
    hasWeightDecay: true,
    initialDeviation: 1,
    initialMean: 0,
  } as const;
  const parameter = new Parameter(arena, spec, { planes: PLANES, isPruned: true, csrCapacity });
  const stagingBase = arena.reserve("staging", stagingFor(parameter, 0).bytes);
  const memory = createMemory(arena.bytes);
  for (const plane of PLANES) {
    const stream = new RandomStream(5, plane);
    const values = new Float32Array(memory.buffer, addressOf(parameter.plane(plane)), parameter.size);
    for (let i = 0; i < values.length; i++) values[i] = stream.normal();
  }
  return { parameter, pruner: { kernels: instantiateKernels(strictModule, memory), memory, stagingBase } };
}

/** Indices of the k largest magnitudes, ties to the lower index. */
function largest(values: Float32Array, k: number): Set<number> {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
  return new Set(order.slice(0, k));
}

const UNSTRUCTURED = { kind: "unstructured" } as const;
const shapes: [number, number][] = [
  [1, 1],
  [3, 5],
  [32, 64],
  [7, 300],
  [260, 33],
  [257, 513],
];

describe.each(shapes)("a weight (%i, %i)", (rows, cols) => {
  const size = rows * cols;

  test.each([
    false,
    true,
  ])("keeps exactly the k largest |w| over a ramp, and all planes with them (CSR: %s)", (toCsr) => {
    const { parameter, pruner } = prepare(rows, cols, toCsr ? size : undefined);
    const before = new Map(PLANES.map((plane) => [plane, readDense(pruner, parameter, plane)]));
    for (const density of [1, 0.7, 0.4, 0.1]) {
      const kept = Math.max(1, Math.round(size * density));
      updateMask(pruner, parameter, { kept, pattern: UNSTRUCTURED, toCsr: toCsr && density < 1 });
      const survivors = largest(before.get("value")!, kept);
      expect(parameter.nonzeros).toBe(kept);
      for (const [plane, values] of before)
        expect(readDense(pruner, parameter, plane), plane).toEqual(values.map((x, i) => (survivors.has(i) ? x : 0)));
      expect([...readMask(pruner, parameter).entries()].filter(([, bit]) => bit === 1).map(([i]) => i)).toEqual(
        [...survivors].sort((a, b) => a - b),
      );
    }
    expect(parameter.format).toBe(toCsr ? "csr" : "dense");
  });

  test("Wᵀ's structure gathers the same weights", () => {
    const { parameter, pruner } = prepare(rows, cols, size);
    updateMask(pruner, parameter, { kept: Math.ceil(size / 3), pattern: UNSTRUCTURED, toCsr: true });
    const dense = readDense(pruner, parameter, "value");
    const { rowPtrT, offsetsT, permutation } = parameter.csr;
    const [values, permuted] = [addressOf(parameter.value), stagingFor(parameter, pruner.stagingBase).scores];
    pruner.kernels.f32_gather(0, parameter.nonzeros, values, addressOf(permutation), permuted);
    pruner.kernels.f32_csr_scatter_dense(
      0,
      1,
      permuted,
      addressOf(rowPtrT),
      addressOf(offsetsT),
      cols,
      rows,
      stagingFor(parameter, pruner.stagingBase).dense,
    );
    const transposed = new Float32Array(pruner.memory.buffer, stagingFor(parameter, pruner.stagingBase).dense, size);
    expect(transposed).toEqual(transposed.map((_, i) => dense[(i % rows) * cols + Math.floor(i / rows)]!));
  });
});

describe.each([
  [2, 4],
  [4, 8],
  [1, 4],
  [2, 8],
])("the %i:%i pattern", (n, m) => {
  test.each([false, true])("is met exactly at the end of the ramp (CSR: %s)", (toCsr) => {
    const [rows, cols] = [24, 64];
    const { parameter, pruner } = prepare(rows, cols, toCsr ? rows * cols : undefined);
    const sparsity = 1 - n / m;
    for (const progress of [0.3, 0.7, 0.95, 1])
      updateMask(pruner, parameter, {
        kept: Math.round(rows * cols * (1 - sparsity * progress)),
        pattern: { kind: "nm", n, m },
        toCsr,
      });
    const mask = readMask(pruner, parameter);
    for (let group = 0; group < mask.length; group += m)
      expect(
        mask.subarray(group, group + m).reduce((sum, bit) => sum + bit, 0),
        `group at ${group}`,
      ).toBe(n);
  });
});

test("ties break towards the lower index in either format", () => {
  for (const toCsr of [false, true]) {
    const { parameter, pruner } = prepare(4, 300, toCsr ? 1200 : undefined);
    new Float32Array(pruner.memory.buffer, addressOf(parameter.value), 1200).fill(-0.5);
    updateMask(pruner, parameter, { kept: 900, pattern: UNSTRUCTURED, toCsr });
    updateMask(pruner, parameter, { kept: 700, pattern: UNSTRUCTURED, toCsr });
    expect(readMask(pruner, parameter)).toEqual(Uint8Array.from({ length: 1200 }, (_, i) => (i < 700 ? 1 : 0)));
  }
});
