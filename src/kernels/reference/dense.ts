import { GEMM_BLOCK, GEMM_DW_BLOCK, TILE } from "../registry.ts";
import { at } from "./tiles.ts";
import type { Reference } from "./types.ts";

const PANEL = 4;

/** Where the packed form of a weight (rows, cols) has row o, column k. */
function packedAt(o: number, k: number, rows: number, cols: number): number {
  const [first, panel] = [k - (k % GEMM_BLOCK), Math.floor(o / PANEL)];
  const count = Math.min(GEMM_BLOCK, cols - first);
  return (first * Math.ceil(rows / PANEL) + panel * count + (k - first)) * PANEL + (o % PANEL);
}

// packed[b][p][k][r] = W[4p+r][128b+k]
const f32_pack_rows: Reference<"f32_pack_rows"> = (begin, end, { w, rows, cols, packed }) => {
  for (let o = PANEL * begin; o < PANEL * end; o++)
    for (let k = 0; k < cols; k++) packed[packedAt(o, k, rows, cols)] = o < rows ? w[o * cols + k]! : 0;
};

// packed[b][p][k][r] = W[128b+k][4p+r]
const f32_pack_columns: Reference<"f32_pack_columns"> = (begin, end, { w, rows, cols, packed }) => {
  for (let o = PANEL * begin; o < PANEL * end; o++)
    for (let k = 0; k < rows; k++) packed[packedAt(o, k, cols, rows)] = o < cols ? w[k * cols + o]! : 0;
};

// y[o] = bias[o] + addend[o] + Σ_k W[o][k]·x[k]
const f32_gemm: Reference<"f32_gemm"> = (begin, end, { packed, x, bias, addend, y, rows, cols }) => {
  for (let o = 0; o < rows; o++) {
    const w = Float64Array.from({ length: cols }, (_, k) => packed[packedAt(o, k, rows, cols)]!);
    for (let t = begin * TILE; t < end * TILE; t++) {
      let sum = (bias?.[o] ?? 0) + (addend?.[at(t, o, rows)] ?? 0);
      for (let k = 0; k < cols; k++) sum += w[k]! * x[at(t, k, cols)]!;
      y[at(t, o, rows)] = sum;
    }
  }
};

// y[o][t] = Σ_i W[o][i]·x[i][t]  ⇒  dW[o][i] = Σ_t dY[o][t]·x[i][t]
const f32_gemm_dw: Reference<"f32_gemm_dw"> = (begin, end, { dy, x, dw, rows, cols, numTiles, accumulate }) => {
  const groups = Math.ceil(rows / GEMM_DW_BLOCK.rows);
  for (let o = 0; o < rows; o++)
    for (let i = 0; i < cols; i++) {
      const unit = Math.floor(i / GEMM_DW_BLOCK.cols) * groups + Math.floor(o / GEMM_DW_BLOCK.rows);
      if (unit < begin || unit >= end) continue;
      let sum = accumulate ? dw[o * cols + i]! : 0;
      for (let t = 0; t < numTiles * TILE; t++) sum += dy[at(t, o, rows)]! * x[at(t, i, cols)]!;
      dw[o * cols + i] = sum;
    }
};

// y[f][t] = … + b[f]  ⇒  db[f] = Σ_t dY[f][t]
const f32_bias_gradient: Reference<"f32_bias_gradient"> = (begin, end, { dy, db, features, numTiles }) => {
  for (let f = begin; f < end; f++) {
    let sum = 0;
    for (let t = 0; t < numTiles * TILE; t++) sum += dy[at(t, f, features)]!;
    db[f] = sum;
  }
};

export const denseReferences = { f32_pack_rows, f32_pack_columns, f32_gemm, f32_gemm_dw, f32_bias_gradient };
