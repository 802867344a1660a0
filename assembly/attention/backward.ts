import { exp } from "../simd/exp";
import { fma } from "../simd/fma";
import { ROW, VECTOR } from "../simd/tile";
import { maskDiagonal, maskPadding, mixKeys, mixQueries, SCORE_TILE, score, STRIP, tokensUpTo, transpose } from "./tiles";

/** Scratch: the tiles P and dS of one pair of tiles, their transposes, then the deltas of all queries. */
export function f32_attention_backward(
  begin: i32, end: i32,
  q: usize, k: usize, v: usize, o: usize, lse: usize, dO: usize, dq: usize, dk: usize, dv: usize,
  numHeads: i32, headDim: i32, seqTiles: i32, seqLen: i32, causal: i32, scale: f32, scratch: usize,
): void {
  const tileBytes = <usize>(numHeads * headDim) * ROW;
  const deltas = scratch + 4 * SCORE_TILE;
  for (let pair = begin; pair < end; pair++) {
    const at = <usize>((pair / numHeads) * seqTiles) * tileBytes + <usize>((pair % numHeads) * headDim) * ROW;
    const lseOfPair = lse + <usize>(pair * seqTiles) * ROW;
    for (let tile: usize = 0; tile < <usize>seqTiles; tile++) {
      const here = at + tile * tileBytes;
      storeDeltas(o + here, dO + here, deltas + tile * ROW, headDim);
      memory.fill(dq + here, 0, <usize>headDim * ROW);
      memory.fill(dk + here, 0, <usize>headDim * ROW);
      memory.fill(dv + here, 0, <usize>headDim * ROW);
    }
    for (let j = 0; j < seqTiles; j++) {
      const keys = at + <usize>j * tileBytes;
      for (let i = causal ? j : 0; i < seqTiles; i++) {
        const queries = at + <usize>i * tileBytes;
        const isDiagonal = causal != 0 && i == j;
        score(k + keys, q + queries, scratch, headDim, isDiagonal);
        score(v + keys, dO + queries, scratch + SCORE_TILE, headDim, isDiagonal);
        if (isDiagonal) maskDiagonal(scratch);
        if (seqLen < 32 * (j + 1)) maskPadding(scratch, seqLen - 32 * j);
        differentiateSoftmax(scratch, lseOfPair + <usize>i * ROW, deltas + <usize>i * ROW, scale, isDiagonal);
        addGradients(q + queries, k + keys, dO + queries, scratch, dq + queries, dk + keys, dv + keys, headDim, isDiagonal);
      }
    }
  }
}

/** delta[query] = Σ_d o·dO, which is Σ_key P·dP. */
function storeDeltas(o: usize, dO: usize, deltas: usize, headDim: i32): void {
  for (let column: usize = 0; column < ROW; column += VECTOR) {
    let sum = f32x4.splat(0);
    for (let d = 0, at = column; d < headDim; d++, at += ROW) sum = fma(v128.load(o + at), v128.load(dO + at), sum);
    v128.store(deltas + column, sum);
  }
}

/**
 * The scores become P = e^(scale·score − lse); the tile after them, dP = dO·Vᵀ, becomes dS = P·scale·(dP − delta), the gradient
 * of the unscaled scores.
 */
function differentiateSoftmax(scores: usize, lse: usize, deltas: usize, scale: f32, isDiagonal: bool): void {
  const factor = f32x4.splat(scale);
  for (let column: usize = 0; column < ROW; column += VECTOR) {
    const shift = f32x4.neg(v128.load(lse + column));
    const delta = v128.load(deltas + column);
    const numKeys = isDiagonal ? tokensUpTo(column & ~(STRIP - 1)) : 32;
    for (let key = 0, at = scores + column; key < numKeys; key++, at += ROW) {
      const p = exp(fma(v128.load(at), factor, shift));
      const d = f32x4.sub(v128.load(at, SCORE_TILE), delta);
      v128.store(at, p);
      v128.store(at, f32x4.mul(f32x4.mul(p, factor), d), SCORE_TILE);
    }
  }
}

/** dQ += K·dS over the keys; dV += dO·Pᵀ and dK += Q·dSᵀ over the queries, which have to be rows for it. */
function addGradients(
  q: usize, k: usize, dO: usize, p: usize, dq: usize, dk: usize, dv: usize, headDim: i32, isDiagonal: bool,
): void {
  const dS = p + SCORE_TILE;
  const pTransposed = p + 2 * SCORE_TILE;
  const dSTransposed = p + 3 * SCORE_TILE;
  mixKeys(k, dS, dq, headDim, isDiagonal);
  transpose(p, pTransposed);
  mixQueries(dO, pTransposed, dv, headDim, isDiagonal);
  transpose(dS, dSTransposed);
  mixQueries(q, dSTransposed, dk, headDim, isDiagonal);
}
