import { describe, expect, test } from "vitest";
import { createMemory, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { CSR_BLOCK } from "../../src/kernels/registry.ts";
import { decodeTape, encodeTape, type TapeCall } from "../../src/tape/encoding.ts";

const ROW_POINTERS = SYSTEM_BYTES;
const TAPE = 65536;

/** The parts of a call on each of `threads` threads. */
function partsOf(memory: WebAssembly.Memory, call: TapeCall, threads: number): [begin: number, end: number][] {
  encodeTape(memory, TAPE, [call], 1);
  return Array.from({ length: threads }, (_, thread) => {
    const [part] = decodeTape(memory, TAPE, thread, threads);
    return [part!.begin, part!.end];
  });
}

function expectPartition(parts: readonly [number, number][], extent: number): void {
  expect(parts[0]![0]).toBe(0);
  expect(parts.at(-1)![1]).toBe(extent);
  for (const [i, [begin, end]] of parts.entries()) {
    expect(end).toBeGreaterThanOrEqual(begin);
    if (i > 0) expect(begin).toBe(parts[i - 1]![1]);
  }
}

test.each([1, 2, 3, 4, 7])("an extent falls into whole grains for %i threads, even to within one", (threads) => {
  for (const extent of [1, 3, 4, 1000, 1024]) {
    const args = [0, 0, 0, extent, 1, 1, 0, 0];
    const parts = partsOf(createMemory(2 * TAPE), { kernel: "f32_gemm_dw", extent, args, scratchStride: 0 }, threads);
    expectPartition(parts, extent);
    for (const [begin] of parts) expect(begin % 4 === 0 || begin === extent).toBe(true);
    const grains = parts.map(([begin, end]) => Math.ceil((end - begin) / 4));
    expect(Math.max(...grains) - Math.min(...grains)).toBeLessThanOrEqual(1);
  }
});

describe("rows of a CSR weight", () => {
  const cols = CSR_BLOCK + 44;
  const masks: [what: string, lengths: (row: number) => [firstBlock: number, secondBlock: number], rows: number][] = [
    ["equal rows", () => [20, 5], 100],
    ["few full rows among empty ones", (row) => (row % 10 === 3 ? [256, 44] : [0, 0]), 100],
    ["all non-zeros at the end", (row) => (row >= 90 ? [100, 0] : [0, 0]), 100],
    ["all non-zeros at the beginning", (row) => (row < 2 ? [100, 30] : [0, 0]), 100],
    ["no non-zeros", () => [0, 0], 9],
    ["one row", () => [7, 0], 1],
  ];

  test.each(masks)("%s: parts have as many non-zeros as whole rows allow", (_, lengths, rows) => {
    const memory = createMemory(2 * TAPE);
    const pointers = new Int32Array(memory.buffer, ROW_POINTERS, 2 * (rows + 1));
    let at = 0;
    for (const block of [0, 1] as const)
      for (let row = 0; row <= rows; row++) {
        pointers[block * (rows + 1) + row] = at;
        if (row < rows) at += lengths(row)[block];
      }
    const nonzeros = (row: number) => lengths(row)[0] + lengths(row)[1];
    const longest = Math.max(...Array.from({ length: rows }, (_, row) => nonzeros(row)));
    for (const threads of [1, 2, 3, 4]) {
      const args = [ROW_POINTERS, 0, 0, 0, 0, rows, cols, 1];
      const parts = partsOf(memory, { kernel: "f32_sddmm_csr", extent: rows, args, scratchStride: 0 }, threads);
      expectPartition(parts, rows);
      for (const [begin, end] of parts) {
        let sum = 0;
        for (let row = begin; row < end; row++) sum += nonzeros(row);
        expect(sum).toBeLessThan(at / threads + longest + 1);
      }
    }
  });
});
