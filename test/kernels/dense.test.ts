import { describe, expect, it } from "vitest";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { denseReferences } from "../../src/kernels/reference/dense.ts";
import { at } from "../../src/kernels/reference/tiles.ts";
import { GEMM_DW_SCRATCH, gemmDwExtent, TILE } from "../../src/kernels/registry.ts";
import { checkKernel, EPSILON, noise } from "./contract.ts";
import { dot, expectGradient } from "./differences.ts";
import { describeBuilds, strictModule } from "./module.ts";

const widths = [1, 3, 4, 5, 8, 16, 17, 32, 33];
/** Widths around one and two blocks of the inner loops (128 values of k and 252 rows; 16 columns and 8 tiles of dW), and odd shapes. */
const large = [
  { rows: 7, cols: 127 },
  { rows: 8, cols: 128 },
  { rows: 9, cols: 129 },
  { rows: 3, cols: 257 },
  { rows: 130, cols: 65 },
  { rows: 252, cols: 5 },
  { rows: 257, cols: 130 },
];
const shapes = [...widths.flatMap((rows) => widths.map((cols) => ({ rows, cols }))), ...large];
const exact = { relative: 0, absolute: 0 };
const panelsOf = (n: number) => Math.ceil(n / 4);

/** The packed form of a matrix, by rows or (its transpose) by columns. */
function pack(by: "rows" | "columns", w: Float64Array, rows: number, cols: number): Float64Array {
  const [outputs, inputs] = by === "rows" ? [rows, cols] : [cols, rows];
  const packed = new Float64Array(panelsOf(outputs) * inputs * 4);
  denseReferences[`f32_pack_${by}`](0, panelsOf(outputs), { w, rows, cols, packed });
  return packed;
}

/** gemm_dw, into zeros and onto what was there, and the bias gradient. */
function checkWeightGradients(
  module: WebAssembly.Module,
  rows: number,
  cols: number,
  tiles: number,
  seed: number,
): void {
  const [dy, x] = [noise(tiles * rows * TILE, seed + 4), noise(tiles * cols * TILE, seed + 5)];
  // 32·tiles terms, each at most 1, 8·tiles of them in a row, then 3 lanes, blocks and the old value.
  const tolerance = { relative: 0, absolute: (8 * tiles + 8) * EPSILON * (32 * tiles + 1) };
  const common = { label: `rows=${rows}, cols=${cols}, tiles=${tiles}, seed=${seed}`, tolerance };
  for (const accumulate of [0, 1])
    checkKernel(module, "f32_gemm_dw", {
      ...common,
      extent: gemmDwExtent(rows, cols),
      label: `${common.label}, accumulate=${accumulate}`,
      args: {
        dy,
        x,
        dw: noise(rows * cols, seed + 6),
        rows,
        cols,
        numTiles: tiles,
        accumulate,
        scratch: { bytes: GEMM_DW_SCRATCH },
      },
    });
  const args = { dy, db: new Float32Array(rows), features: rows, numTiles: tiles };
  checkKernel(module, "f32_bias_gradient", { ...common, extent: rows, args });
}

describeBuilds((module) => {
  describe.each(shapes)("dense products of a $rows × $cols weight", ({ rows, cols }) => {
    const seed = 1000 * rows + cols;
    const label = `rows=${rows}, cols=${cols}, seed=${seed}`;
    const w = noise(rows * cols, seed);
    const packed = Float32Array.from(pack("rows", Float64Array.from(w), rows, cols));

    it("packs rows and columns into panels of 4, filled up with zeros", () => {
      const size = { w, rows, cols };
      const common = { label, tolerance: exact };
      const byRows = { ...common, extent: panelsOf(rows), args: { ...size, packed: new Float32Array(packed.length) } };
      checkKernel(module, "f32_pack_rows", byRows);
      const byColumns = new Float32Array(panelsOf(cols) * rows * 4);
      checkKernel(module, "f32_pack_columns", {
        ...common,
        extent: panelsOf(cols),
        args: { ...size, packed: byColumns },
      });
    });

    it.each([1, 5])("gemm over %i tiles equals the reference, with and without bias and addend", (tiles) => {
      const [x, y] = [noise(tiles * cols * TILE, seed + 1), new Float32Array(tiles * rows * TILE)];
      const [someBias, someAddend] = [noise(rows, seed + 2), noise(y.length, seed + 3)];
      // cols + 2 terms, each at most 1, take part in at most cols + 2 roundings.
      const tolerance = { relative: 0, absolute: (cols + 2) ** 2 * EPSILON };
      for (const bias of [null, someBias])
        for (const addend of [null, someAddend])
          checkKernel(module, "f32_gemm", {
            label: `${label}, tiles=${tiles}, bias=${bias !== null}, addend=${addend !== null}`,
            extent: tiles,
            tolerance,
            args: { packed, x, bias, addend, y, rows, cols },
          });
    });

    it.each([1, 9])("gemm_dw and the bias gradient over %i tiles equal the reference", (tiles) => {
      checkWeightGradients(module, rows, cols, tiles, seed);
    });
  });

  describe("sums over tokens", () => {
    it.each([
      7, 8, 16, 17,
    ])("gemm_dw and the bias gradient equal the reference around blocks of 8 tiles (%i)", (tiles) =>
      checkWeightGradients(module, 5, 33, tiles, tiles));
  });
});

/** Runs gemm with y in the place of the addend, as a residual connection does. */
function gemmInPlace(
  packed: Float32Array,
  x: Float32Array,
  bias: Float32Array,
  y: Float32Array,
  rows: number,
  cols: number,
) {
  const memory = createMemory(SYSTEM_BYTES + 4 * (packed.length + x.length + bias.length + y.length));
  let top = SYSTEM_BYTES;
  const place = (values: Float32Array) => {
    new Float32Array(memory.buffer, top, values.length).set(values);
    top += values.byteLength;
    return top - values.byteLength;
  };
  const [packedAt, xAt, biasAt, yAt] = [place(packed), place(x), place(bias), place(y)];
  const tiles = y.length / rows / TILE;
  instantiateKernels(strictModule, memory).f32_gemm(0, tiles, packedAt, xAt, biasAt, yAt, yAt, rows, cols);
  return new Float32Array(memory.buffer, yAt, y.length).slice();
}

describe("gemm, strict build only, since relaxed may fuse a product and its sum into one rounding", () => {
  it.each(
    large,
  )("is one chain (0 + bias) + addend + Σ w·x in ascending k, bit for bit, in place too ($rows × $cols)", ({
    rows,
    cols,
  }) => {
    const [w, x, bias] = [noise(rows * cols, 1), noise(3 * cols * TILE, 2), noise(rows, 3)];
    const addend = noise(3 * rows * TILE, 4);
    const packed = Float32Array.from(pack("rows", Float64Array.from(w), rows, cols));
    const y = gemmInPlace(packed, x, bias, addend, rows, cols);
    for (let t = 0; t < 3 * TILE; t++)
      for (let o = 0; o < rows; o++) {
        let sum = Math.fround(bias[o]! + addend[at(t, o, rows)]!);
        for (let k = 0; k < cols; k++) sum = Math.fround(sum + Math.fround(w[o * cols + k]! * x[at(t, k, cols)]!));
        expect(y[at(t, o, rows)], `token ${t}, row ${o}`).toBe(sum);
      }
  });
});

describe("gradients of y = W·x + b", () => {
  const [rows, cols, tiles] = [3, 5, 2];
  const wide = (length: number, seed: number) => Float64Array.from(noise(length, seed));
  const [w, x, bias, dy] = [
    wide(rows * cols, 1),
    wide(tiles * cols * TILE, 2),
    wide(rows, 3),
    wide(tiles * rows * TILE, 4),
  ];
  const loss = () => {
    const y = new Float64Array(dy.length);
    const packed = pack("rows", w, rows, cols);
    denseReferences.f32_gemm(0, tiles, { packed, x, bias, addend: null, y, rows, cols });
    return dot(dy, y);
  };

  it("the product with the panels of Wᵀ is dX", () => {
    const dX = new Float64Array(x.length);
    const packed = pack("columns", w, rows, cols);
    const sizes = { rows: cols, cols: rows };
    denseReferences.f32_gemm(0, tiles, { packed, x: dy, bias: null, addend: null, y: dX, ...sizes });
    expectGradient("dX", loss, x, dX);
  });

  it("gemm_dw is dW and bias_gradient is db", () => {
    const [dw, db] = [new Float64Array(w.length), new Float64Array(rows)];
    denseReferences.f32_gemm_dw(0, gemmDwExtent(rows, cols), {
      dy,
      x,
      dw,
      rows,
      cols,
      numTiles: tiles,
      accumulate: 0,
    });
    denseReferences.f32_bias_gradient(0, rows, { dy, db, features: rows, numTiles: tiles });
    expectGradient("dW", loss, w, dw);
    expectGradient("db", loss, bias, db);
  });
});
