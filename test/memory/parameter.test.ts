import { expect, test } from "vitest";
import { StateError } from "../../src/core/errors.ts";
import { Arena } from "../../src/memory/arena.ts";
import { writeCsrMask } from "../../src/memory/csr.ts";
import { Parameter } from "../../src/memory/parameter.ts";
import { addressOf, byteLength } from "../../src/memory/tensor.ts";
import { randomCsr } from "../kernels/csr.ts";

const PLANES = ["value", "grad", "momentum"];

function declare(rows: number, cols: number, csrCapacity: number | undefined): { arena: Arena; parameter: Parameter } {
  const arena = new Arena();
  const role = { role: "block", isLinear: true, hasWeightDecay: true, initialDeviation: 1, initialMean: 0 } as const;
  const spec = { name: "w", rows, cols, ...role };
  return { arena, parameter: new Parameter(arena, spec, { planes: PLANES, isPruned: true, csrCapacity }) };
}

test("one slab has room for the larger of both layouts, and for no more", () => {
  const slabBytes = (csrCapacity: number | undefined) => declare(30, 40, csrCapacity).parameter.slabBytes;
  const dense = slabBytes(undefined);
  expect(dense).toBe(declare(30, 40, undefined).parameter.usedBytes);
  expect(slabBytes(10)).toBe(dense);
  for (const capacity of [900, 1200]) {
    const { parameter, arena } = declare(30, 40, capacity);
    parameter.store("csr", capacity);
    expect(parameter.slabBytes).toBe(parameter.usedBytes);
    expect(parameter.slabBytes).toBeGreaterThan(dense);
    expect(arena.plan.at(-1)!.bytes).toBe(parameter.slabBytes);
  }
});

test("formats change in any order, and every array has the same place at any number of non-zeros", () => {
  const { parameter } = declare(30, 40, 600);
  const slab = addressOf(parameter.value);
  const places = new Map<string, number>();
  for (const [format, nonzeros] of [
    ["dense", 1200],
    ["csr", 600],
    ["csr", 17],
    ["dense", 17],
    ["csr", 300],
    ["dense", 1200],
  ] as const) {
    parameter.store(format, nonzeros);
    const { stored, capacity, mask } = parameter;
    expect([parameter.format, parameter.nonzeros, stored, capacity, mask?.length]).toEqual(
      format === "dense" ? ["dense", nonzeros, 1200, 1200, 1200] : ["csr", nonzeros, nonzeros, 600, undefined],
    );
    const arrays = format === "dense" ? [mask!] : Object.values(parameter.csr);
    for (const tensor of [...arrays, ...PLANES.map((plane) => parameter.plane(plane))]) {
      const [key, address] = [`${format} ${tensor.name}`, addressOf(tensor)];
      expect(address, key).toBe(places.get(key) ?? address);
      expect(address + byteLength(tensor), key).toBeLessThanOrEqual(slab + parameter.slabBytes);
      places.set(key, address);
    }
  }
});

test("what the plan has no room for is refused, and nothing changes", () => {
  const { parameter } = declare(3, 4, 5);
  const refusal = (format: string, room: number, got: number) =>
    new StateError(`w: nonzeros in ${format} must be at most ${room}; got ${got}. Plan a larger csrCapacity.`);
  expect(() => parameter.store("csr", 6)).toThrow(refusal("csr", 5, 6));
  expect(() => parameter.store("dense", 13)).toThrow(refusal("dense", 12, 13));
  expect(() => declare(3, 4, undefined).parameter.store("csr", 1)).toThrow(refusal("csr", 0, 1));
  expect([parameter.format, parameter.nonzeros]).toEqual(["dense", 12]);
});

test("a CSR structure has the mask that it was made of", () => {
  for (const [rows, cols] of [
    [1, 1],
    [7, 3],
    [5, 256],
    [4, 257],
    [3, 600],
  ] as const)
    for (const sparsity of [0, 0.5, 0.9, 1]) {
      const { mask, rowPtr, offsets } = randomCsr(rows, cols, sparsity, 3);
      const written = new Uint8Array(rows * cols).fill(7);
      writeCsrMask({ rows, cols }, { rowPtr, offsets }, written);
      expect(written, `(${rows}, ${cols}), S = ${sparsity}`).toEqual(mask);
    }
});
