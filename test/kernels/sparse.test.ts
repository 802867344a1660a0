import { describe, expect, it } from "vitest";
import { sparseReferences } from "../../src/kernels/reference/sparse.ts";
import { at } from "../../src/kernels/reference/tiles.ts";
import { sddmmExtent, TILE } from "../../src/kernels/registry.ts";
import { callKernel } from "./call.ts";
import { checkKernel, EPSILON, noise } from "./contract.ts";
import { type CsrCase, csrOf, randomCsr, transposeCsr } from "./csr.ts";
import { dot, expectGradient } from "./differences.ts";
import { describeBuilds, strictModule } from "./module.ts";

const widths = [1, 3, 4, 5, 8, 31, 32, 33, 64];
/** Around one and two column blocks of 256, of W and of Wᵀ. */
const blocks: [number, number][] = [
  [7, 255],
  [8, 256],
  [9, 257],
  [3, 512],
  [3, 513],
  [255, 5],
  [257, 9],
  [513, 3],
  [30, 300],
];
const shapes = [...widths.flatMap((rows) => widths.map((cols): [number, number] => [rows, cols])), ...blocks];
const exact = { relative: 0, absolute: 0 };

/** Token tiles of the comparisons bit for bit. */
const TILES = 2;

/** Tells −0 from 0. */
const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Runs `check` on a weight of each sparsity. */
function eachSparsity(rows: number, cols: number, check: (csr: CsrCase, label: string, seed: number) => void): void {
  for (const sparsity of [0, 0.5, 0.9, 1]) {
    const seed = 1000 * rows + cols + 10 * sparsity;
    check(randomCsr(rows, cols, sparsity, seed), `rows=${rows}, cols=${cols}, S=${sparsity}, seed=${seed}`, seed);
  }
}

describeBuilds((module) => {
  describe.each(shapes)("a sparse %i × %i weight", (rows, cols) => {
    it.each([1, 3])("spmm over %i tiles equals the reference, with and without bias and addend", (tiles) =>
      eachSparsity(rows, cols, ({ rowPtr, offsets, nonzeros }, label, seed) => {
        const [values, x] = [noise(nonzeros, seed + 1), noise(tiles * cols * TILE, seed + 2)];
        const y = new Float32Array(tiles * rows * TILE);
        // cols + 2 terms, each at most 1, take part in at most cols + 2 roundings
        const tolerance = { relative: 0, absolute: (cols + 2) ** 2 * EPSILON };
        for (const bias of [null, noise(rows, seed + 3)])
          for (const addend of [null, noise(y.length, seed + 4)])
            checkKernel(module, "f32_spmm_csr", {
              label: `${label}, tiles=${tiles}, bias=${bias !== null}, addend=${addend !== null}`,
              extent: tiles,
              tolerance,
              args: { rowPtr, offsets, values, x, bias, addend, y, rows, cols },
            });
      }));

    it.each([1, 3])("sddmm over %i tiles equals the reference", (tiles) =>
      eachSparsity(rows, cols, ({ rowPtr, offsets, nonzeros }, label, seed) => {
        const [dy, x] = [noise(tiles * rows * TILE, seed + 5), noise(tiles * cols * TILE, seed + 6)];
        checkKernel(module, "f32_sddmm_csr", {
          label: `${label}, tiles=${tiles}`,
          extent: sddmmExtent(rows, cols),
          // 32 terms a tile, each at most 1, through 6 roundings in the tile and one a tile
          tolerance: { relative: 0, absolute: (6 + tiles) * EPSILON * TILE * tiles },
          args: { rowPtr, offsets, dy, x, dValues: new Float32Array(nonzeros), rows, cols, numTiles: tiles },
        });
      }));

    it("its structure, its transpose and its values between dense and CSR equal the reference", () =>
      eachSparsity(rows, cols, (csr, label, seed) => {
        const { mask, rowPtr, offsets, nonzeros } = csr;
        const common = { label, extent: 1, tolerance: exact };
        const size = { rows, cols };
        checkKernel(module, "i32_csr_from_mask", { ...common, args: { mask, ...size, rowPtr, offsets } });
        const transposed = transposeCsr(csr);
        checkKernel(module, "i32_csr_transpose", { ...common, args: { rowPtr, offsets, ...size, ...transposed } });
        const [dense, values] = [noise(rows * cols, seed + 7), noise(nonzeros, seed + 8)];
        checkKernel(module, "f32_csr_gather_dense", {
          ...common,
          args: { dense, rowPtr, offsets, ...size, values },
        });
        checkKernel(module, "f32_csr_scatter_dense", {
          ...common,
          args: { values, rowPtr, offsets, ...size, dense },
        });
        const { permutation } = transposed;
        checkKernel(module, "f32_gather", {
          ...common,
          extent: nonzeros,
          args: { src: values, permutation, dst: new Float32Array(nonzeros) },
        });
      }));
  });

  describe("spmm", () => {
    it.each(blocks)("has the bits of gemm on the same weight with its zeros (%i × %i)", (rows, cols) => {
      const { rowPtr, offsets, nonzeros } = randomCsr(rows, cols, 0.5, cols);
      const size = { rows, cols };
      const [values, x] = [noise(nonzeros, 1), noise(TILES * cols * TILE, 2)];
      const w = new Float32Array(rows * cols);
      callKernel(module, "f32_csr_scatter_dense", { extent: 1, args: { values, rowPtr, offsets, ...size, dense: w } });
      const packed = new Float32Array(Math.ceil(rows / 4) * cols * 4);
      callKernel(module, "f32_pack_rows", { extent: packed.length / cols / 4, args: { w, ...size, packed } });
      const outputs = TILES * rows * TILE;
      const [negativeZeros, zeros] = [new Float32Array(outputs).fill(-0), new Float32Array(outputs)];
      for (const bias of [null, noise(rows, 3), negativeZeros.subarray(0, rows)])
        for (const addend of [null, noise(outputs, 4), negativeZeros, zeros]) {
          const [sparse, dense] = [new Float32Array(outputs), new Float32Array(outputs)];
          const operands = { x, bias, addend, ...size };
          callKernel(module, "f32_spmm_csr", {
            extent: TILES,
            args: { ...operands, rowPtr, offsets, values, y: sparse },
          });
          callKernel(module, "f32_gemm", { extent: TILES, args: { ...operands, packed, y: dense } });
          const label = `rows=${rows}, cols=${cols}, bias=${bias?.[0]}, addend=${addend?.[0]}`;
          expect(bitsOf(sparse), label).toEqual(bitsOf(dense));
        }
    });

    it("of no weights is (0 + bias) + addend as of gemm, where −0 is told from 0", () => {
      const rows = 6;
      const terms = [null, 0, -0];
      for (const cols of [1, 300])
        for (const bias of terms)
          for (const addend of terms) {
            const operands = {
              x: noise(cols * TILE, 1),
              bias: bias === null ? null : new Float32Array(rows).fill(bias),
              addend: addend === null ? null : new Float32Array(rows * TILE).fill(addend),
              rows,
              cols,
            };
            const { rowPtr, offsets } = csrOf(new Uint8Array(rows * cols), rows, cols);
            const [sparse, dense] = [new Float32Array(rows * TILE).fill(7), new Float32Array(rows * TILE).fill(7)];
            const values = new Float32Array(0);
            callKernel(module, "f32_spmm_csr", {
              extent: 1,
              args: { ...operands, rowPtr, offsets, values, y: sparse },
            });
            const packed = new Float32Array(Math.ceil(rows / 4) * cols * 4);
            callKernel(module, "f32_gemm", { extent: 1, args: { ...operands, packed, y: dense } });
            const expected = bitsOf(new Float32Array(rows * TILE).fill(0 + (bias ?? 0) + (addend ?? 0)));
            expect(bitsOf(sparse), `spmm, cols=${cols}, bias=${bias}, addend=${addend}`).toEqual(expected);
            expect(bitsOf(dense), `gemm, cols=${cols}, bias=${bias}, addend=${addend}`).toEqual(expected);
          }
    });
  });

  describe("sddmm", () => {
    it.each(blocks)("gives an entry the same bits whatever the other entries (%i × %i)", (rows, cols) => {
      const [dy, x] = [noise(2 * rows * TILE, 1), noise(2 * cols * TILE, 2)];
      const gradients = (csr: CsrCase) => {
        const { rowPtr, offsets } = csr;
        const [dValues, dense] = [new Float32Array(csr.nonzeros), new Float32Array(rows * cols)];
        const size = { rows, cols };
        callKernel(module, "f32_sddmm_csr", {
          extent: sddmmExtent(rows, cols),
          args: { rowPtr, offsets, dy, x, dValues, ...size, numTiles: 2 },
        });
        callKernel(module, "f32_csr_scatter_dense", {
          extent: 1,
          args: { values: dValues, rowPtr, offsets, ...size, dense },
        });
        return dense;
      };
      const all = gradients(csrOf(new Uint8Array(rows * cols).fill(1), rows, cols));
      const some = randomCsr(rows, cols, 0.5, rows);
      const expected = all.map((gradient, i) => (some.mask[i] ? gradient : 0));
      expect(gradients(some), `rows=${rows}, cols=${cols}`).toEqual(expected);
    });
  });

  describe("a thread without a part", () => {
    it("writes nothing", () => {
      const csr = randomCsr(5, 7, 0.5, 1);
      const { rows, cols, mask, rowPtr, offsets } = csr;
      const [values, dense, untouched] = [noise(csr.nonzeros, 1), noise(rows * cols, 2), noise(rows * cols, 2)];
      const blank = {
        rowPtr: new Int32Array(rowPtr.length).fill(-1),
        offsets: new Int32Array(offsets.length).fill(-1),
      };
      callKernel(module, "i32_csr_from_mask", { extent: 1, args: { mask, rows, cols, ...blank } }, [1, 1]);
      callKernel(
        module,
        "f32_csr_scatter_dense",
        { extent: 1, args: { values, rowPtr, offsets, rows, cols, dense } },
        [1, 1],
      );
      const to = new Float32Array(values.length).fill(-1);
      callKernel(
        module,
        "f32_csr_gather_dense",
        { extent: 1, args: { dense, rowPtr, offsets, rows, cols, values: to } },
        [1, 1],
      );
      const transposed = transposeCsr(csr);
      for (const array of Object.values(transposed)) array.fill(-1);
      callKernel(
        module,
        "i32_csr_transpose",
        { extent: 1, args: { rowPtr, offsets, rows, cols, ...transposed } },
        [1, 1],
      );
      expect(dense).toEqual(untouched);
      for (const array of [...Object.values(blank), ...Object.values(transposed), to])
        expect(new Set(array)).toEqual(new Set([-1]));
    });
  });
});

describe("spmm, strict build only, since relaxed may fuse a product and its sum into one rounding", () => {
  it.each(
    blocks,
  )("is one chain (0 + bias) + addend + Σ w·x in ascending columns, bit for bit, in place too (%i × %i)", (rows, cols) => {
    const { mask, rowPtr, offsets, nonzeros } = randomCsr(rows, cols, 0.5, rows);
    const [values, x, bias] = [noise(nonzeros, 1), noise(TILES * cols * TILE, 2), noise(rows, 3)];
    const y = noise(TILES * rows * TILE, 4);
    const addend = y.slice();
    callKernel(strictModule, "f32_spmm_csr", {
      extent: TILES,
      args: { rowPtr, offsets, values, x, bias, addend: y, y, rows, cols },
    });
    const w = new Float64Array(rows * cols);
    const csr = { values: Float64Array.from(values), rowPtr, offsets, rows, cols, dense: w };
    sparseReferences.f32_csr_scatter_dense(0, 1, csr);
    for (let t = 0; t < TILES * TILE; t++)
      for (let o = 0; o < rows; o++) {
        let sum = Math.fround(bias[o]! + addend[at(t, o, rows)]!);
        for (let i = 0; i < cols; i++)
          if (mask[o * cols + i]) sum = Math.fround(sum + Math.fround(w[o * cols + i]! * x[at(t, i, cols)]!));
        expect(y[at(t, o, rows)], `rows=${rows}, cols=${cols}, token ${t}, row ${o}`).toBe(sum);
      }
  });

  it("has the bits of gemm where products underflow: fused, one may round to −0, which a zero weight of gemm makes 0", () => {
    const [rows, cols] = [4, 3];
    const { rowPtr, offsets } = csrOf(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1), rows, cols);
    const values = Float32Array.of(-1e-30, -1e-30, -1e-30, 1e-30, -1e-30, 1e-30);
    const w = new Float32Array(rows * cols);
    callKernel(strictModule, "f32_csr_scatter_dense", {
      extent: 1,
      args: { values, rowPtr, offsets, rows, cols, dense: w },
    });
    const packed = new Float32Array(rows * cols);
    callKernel(strictModule, "f32_pack_rows", { extent: 1, args: { w, rows, cols, packed } });
    const [sparse, dense] = [new Float32Array(rows * TILE), new Float32Array(rows * TILE)];
    const operands = { x: noise(cols * TILE, 1).map((v) => 1e-30 * v), bias: null, addend: null, rows, cols };
    callKernel(strictModule, "f32_spmm_csr", { extent: 1, args: { ...operands, rowPtr, offsets, values, y: sparse } });
    callKernel(strictModule, "f32_gemm", { extent: 1, args: { ...operands, packed, y: dense } });
    expect(bitsOf(sparse)).toEqual(bitsOf(dense));
  });
});

describe("gradients of y = W·x + b", () => {
  const [tiles, rows, cols] = [2, 6, 5];
  const csr = randomCsr(rows, cols, 0.5, 5);
  const { rowPtr, offsets, nonzeros } = csr;
  const wide = (length: number, seed: number) => Float64Array.from(noise(length, seed));
  const [values, x, dy] = [wide(nonzeros, 1), wide(tiles * cols * TILE, 2), wide(tiles * rows * TILE, 3)];
  const loss = () => {
    const y = new Float64Array(dy.length);
    sparseReferences.f32_spmm_csr(0, tiles, { rowPtr, offsets, values, x, bias: null, addend: null, y, rows, cols });
    return dot(dy, y);
  };

  it("sddmm is the gradient of the values", () => {
    const dValues = new Float64Array(nonzeros);
    sparseReferences.f32_sddmm_csr(0, sddmmExtent(rows, cols), {
      rowPtr,
      offsets,
      dy,
      x,
      dValues,
      rows,
      cols,
      numTiles: tiles,
    });
    expectGradient("dValues", loss, values, dValues);
  });

  it("spmm on the CSR of Wᵀ is the gradient of x", () => {
    const { rowPtrT, offsetsT, permutation } = transposeCsr(csr);
    const valuesT = new Float64Array(nonzeros);
    sparseReferences.f32_gather(0, nonzeros, { src: values, permutation, dst: valuesT });
    const dX = new Float64Array(x.length);
    const transposed = { rowPtr: rowPtrT, offsets: offsetsT, values: valuesT, rows: cols, cols: rows };
    sparseReferences.f32_spmm_csr(0, tiles, { ...transposed, x: dy, bias: null, addend: null, y: dX });
    expectGradient("dX", loss, x, dX);
  });
});
