import { GEMM_DW_BLOCK, TILE } from "../registry.ts";
import { at } from "./tiles.ts";
import type { Reference } from "./types.ts";

const PANEL = 4;

// packed[p][k][r] = W[4p+r][k]
const f32_pack_rows: Reference<"f32_pack_rows"> = (begin, end, { w, rows, cols, packed }) => {
  for (let p = begin; p < end; p++)
    for (let k = 0; k < cols; k++)
      for (let r = 0; r < PANEL; r++) {
        const row = PANEL * p + r;
        packed[(p * cols + k) * PANEL + r] = row < rows ? w[row * cols + k]! : 0;
      }
};

// packed[p][k][r] = W[k][4p+r]
const f32_pack_columns: Reference<"f32_pack_columns"> = (begin, end, { w, rows, cols, packed }) => {
  for (let p = begin; p < end; p++)
    for (let k = 0; k < rows; k++)
      for (let r = 0; r < PANEL; r++) {
        const col = PANEL * p + r;
        packed[(p * rows + k) * PANEL + r] = col < cols ? w[k * cols + col]! : 0;
      }
};

// y[o] = bias[o] + addend[o] + Σ_k W[o][k]·x[k]
const f32_gemm: Reference<"f32_gemm"> = (begin, end, { packed, x, bias, addend, y, rows, cols }) => {
  for (let t = begin * TILE; t < end * TILE; t++)
    for (let o = 0; o < rows; o++) {
      const panel = Math.floor(o / PANEL) * cols;
      let sum = (bias?.[o] ?? 0) + (addend?.[at(t, o, rows)] ?? 0);
      for (let k = 0; k < cols; k++) sum += packed[(panel + k) * PANEL + (o % PANEL)]! * x[at(t, k, cols)]!;
      y[at(t, o, rows)] = sum;
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
