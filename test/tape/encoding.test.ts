import { describe, expect, test } from "vitest";
import { createMemory, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { CSR_BLOCK, sddmmExtent } from "../../src/kernels/registry.ts";
import { decodeTape, encodeTape, sizeOfTape, type TapeCall, tapeBytes, tapeVersion } from "../../src/tape/encoding.ts";

const ROW_POINTERS = SYSTEM_BYTES;
const TAPE = 65536;

const call = (kernel: TapeCall["kernel"], extent: number, args: readonly number[], work = 1e8): TapeCall => {
  return { kernel, extent, args, scratchStride: 0, work, leastWork: 0 };
};

test("a tape comes back as it was written: phases, chains, floats, addresses beyond 2 GB, each thread's own scratch", () => {
  const memory = createMemory(2 * TAPE);
  const gelu = call("f32_gelu", 1, [2 ** 31 + 4096, 8192, 24]);
  const norm = call("f32_rmsnorm", 1, [8192, 4096, 12288, 16384, 24, Math.fround(1e-5)]);
  const topk = { ...call("u8_topk_magnitude", 1, [4096, 64, 8, 20480, 24576]), scratchStride: 512 };
  const phases = [[[gelu, norm]], [[topk], [call("f32_log", 0, [1, 2])]]];
  encodeTape(memory, TAPE, phases, { threads: 2, version: 7 });
  expect(tapeVersion(memory, TAPE)).toBe(7);
  expect(sizeOfTape(memory, TAPE)).toEqual({ parts: 2, work: 4e8 });
  expect(decodeTape(memory, TAPE, 3)).toEqual([
    {
      calls: [
        { index: 0, kernel: "f32_gelu", args: gelu.args },
        { index: 1, kernel: "f32_rmsnorm", args: norm.args },
      ],
      begin: 0,
      end: 1,
      opens: 0,
      closes: 1,
    },
    {
      calls: [{ index: 2, kernel: "u8_topk_magnitude", args: [4096, 64, 8, 20480, 24576 + 3 * 512] }],
      begin: 0,
      end: 1,
      opens: 1,
      closes: 2,
    },
  ]);
});

test.each([1, 2, 3, 16])("a tape for %i threads takes no more than its room", (threads) => {
  const memory = createMemory(16 * TAPE);
  const bytes = new Uint8Array(memory.buffer);
  const phases = Array.from({ length: 20 }, (_, i) => [
    [call("f32_gelu", 1000, [0, 0, i]), call("f32_gelu", 1000, [0, 0, i])],
    [call("f32_exp", 2 ** 20, [0, 0], 3e7)],
  ]);
  const room = tapeBytes(phases, threads);
  bytes.fill(0xa5, TAPE);
  encodeTape(memory, TAPE, phases, { threads, version: 1 });
  expect(bytes.subarray(TAPE + room).every((byte) => byte === 0xa5)).toBe(true);
  const parts = decodeTape(memory, TAPE, 0);
  for (const [i, { opens, closes }] of parts.entries()) {
    expect(opens).toBeLessThanOrEqual(i);
    expect(closes).toBeGreaterThan(i);
    if (i > 0) expect([parts[i - 1]!.opens, parts[i - 1]!.closes]).toContain(opens);
  }
});

describe("rows of column blocks of a CSR weight", () => {
  const cols = CSR_BLOCK + 44;
  const masks: [what: string, lengths: (row: number) => [firstBlock: number, secondBlock: number], rows: number][] = [
    ["equal rows", () => [20, 5], 100],
    ["few full rows among empty ones", (row) => (row % 10 === 3 ? [256, 44] : [0, 0]), 100],
    ["all non-zeros at the end", (row) => (row >= 90 ? [100, 44] : [0, 0]), 100],
    ["all non-zeros at the beginning", (row) => (row < 2 ? [100, 30] : [0, 0]), 100],
    ["no non-zeros", () => [0, 0], 9],
    ["one row", () => [7, 0], 1],
  ];

  test.each(masks)("%s: parts have the non-zeros wanted as nearly as whole rows allow", (_, lengths, rows) => {
    const memory = createMemory(2 * TAPE);
    const pointers = new Int32Array(memory.buffer, ROW_POINTERS, 2 * (rows + 1));
    const nonzeros: number[] = [];
    let at = 0;
    for (const block of [0, 1] as const)
      for (let row = 0; row <= rows; row++) {
        pointers[block * (rows + 1) + row] = at;
        if (row === rows) continue;
        nonzeros.push(lengths(row)[block]);
        at += lengths(row)[block];
      }
    for (const threads of [2, 3, 4]) {
      const extent = sddmmExtent(rows, cols);
      const sddmm = call("f32_sddmm_csr", extent, [ROW_POINTERS, 0, 0, 0, 0, rows, cols, 1]);
      encodeTape(memory, TAPE, [[[sddmm]]], { threads, version: 1 });
      const parts = decodeTape(memory, TAPE, 0);
      expect(parts.map(({ begin }) => begin)).toEqual([0, ...parts.slice(0, -1).map(({ end }) => end)]);
      expect(parts.at(-1)!.end).toBe(extent);
      let rest = at;
      for (const { begin, end } of parts) {
        const own = nonzeros.slice(begin, end).reduce((sum, n) => sum + n, 0);
        const wanted = Math.max(rest / (2 * threads), at / (64 * threads));
        expect(own).toBeLessThan(1.5 * wanted + Math.max(...nonzeros) + 1);
        rest -= own;
      }
    }
  });
});
