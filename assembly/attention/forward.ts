import { ONE } from "../simd/constants";
import { exp } from "../simd/exp";
import { fma } from "../simd/fma";
import { log } from "../simd/log";
import { ROW, VECTOR } from "../simd/tile";
import { maskDiagonal, maskPadding, mixKeys, SCORE_TILE, score, STRIP, tokensUpTo } from "./tiles";

/** The lse of padding queries: their probabilities are 0 in the backward pass. */
const PADDING_LSE: f32 = 1e30;

/** Scratch: the score tiles of one tile of queries, then a row for the inverses of their sums. */
export function f32_attention(
  begin: i32, end: i32,
  q: usize, k: usize, v: usize, o: usize, lse: usize,
  numHeads: i32, headDim: i32, seqTiles: i32, seqLen: i32, causal: i32, scale: f32, scratch: usize,
): void {
  const tileBytes = <usize>(numHeads * headDim) * ROW;
  for (let pair = begin; pair < end; pair++) {
    const at = <usize>((pair / numHeads) * seqTiles) * tileBytes + <usize>((pair % numHeads) * headDim) * ROW;
    const lseOfPair = lse + <usize>(pair * seqTiles) * ROW;
    for (let tile = 0; tile < seqTiles; tile++) {
      const queries = at + <usize>tile * tileBytes;
      const numTiles = causal ? tile + 1 : seqTiles;
      scoreRow(q + queries, k + at, scratch, tileBytes, headDim, numTiles, seqLen, causal);
      softmaxRow(scratch, lseOfPair + <usize>tile * ROW, numTiles, causal, scale);
      mixRow(v + at, scratch, o + queries, tileBytes, headDim, numTiles, causal);
    }
    for (let token = seqLen; token < seqTiles * 32; token++) store<f32>(lseOfPair + 4 * <usize>token, PADDING_LSE);
  }
}

/** The scores of one tile of queries with `numTiles` tiles of keys, masked. */
function scoreRow(
  q: usize, k: usize, scores: usize, tileBytes: usize, headDim: i32, numTiles: i32, seqLen: i32, causal: i32,
): void {
  let tile = scores;
  for (let j = 0; j < numTiles; j++, tile += SCORE_TILE, k += tileBytes) {
    const isDiagonal = causal != 0 && j == numTiles - 1;
    score(k, q, tile, headDim, isDiagonal);
    if (isDiagonal) maskDiagonal(tile);
    if (seqLen < 32 * (j + 1)) maskPadding(tile, seqLen - 32 * j);
  }
}

/** Turns the scores into e^(scale·score − max), not yet divided by their sums, whose inverses stand in the row after them. */
function softmaxRow(scores: usize, lse: usize, numTiles: i32, causal: i32, scale: f32): void {
  const inverses = scores + <usize>numTiles * SCORE_TILE;
  for (let strip: usize = 0; strip < ROW; strip += STRIP) {
    const numKeys = 32 * numTiles - (causal ? 32 - tokensUpTo(strip) : 0);
    softmax(scores + strip, numKeys, lse + strip, inverses + strip, scale);
  }
}

/** One strip of 8 queries over all their keys. */
function softmax(scores: usize, numKeys: i32, lse: usize, inverses: usize, scale: f32): void {
  let max0 = v128.load(scores);
  let max1 = v128.load(scores, VECTOR);
  for (let key = 1, row = scores + ROW; key < numKeys; key++, row += ROW) {
    max0 = f32x4.pmax(max0, v128.load(row));
    max1 = f32x4.pmax(max1, v128.load(row, VECTOR));
  }
  const factor = f32x4.splat(scale);
  const shift0 = f32x4.neg(f32x4.mul(max0, factor));
  const shift1 = f32x4.neg(f32x4.mul(max1, factor));
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let key = 0, row = scores; key < numKeys; key++, row += ROW) {
    const e0 = exp(fma(v128.load(row), factor, shift0));
    v128.store(row, e0);
    sum0 = f32x4.add(sum0, e0);
    const e1 = exp(fma(v128.load(row, VECTOR), factor, shift1));
    v128.store(row, e1, VECTOR);
    sum1 = f32x4.add(sum1, e1);
  }
  v128.store(inverses, f32x4.div(v128.load(ONE), sum0));
  v128.store(inverses, f32x4.div(v128.load(ONE), sum1), VECTOR);
  v128.store(lse, f32x4.sub(log(sum0), shift0));
  v128.store(lse, f32x4.sub(log(sum1), shift1), VECTOR);
}

/** o = Σ_key v·weight, divided by the sum of the weights. */
function mixRow(
  v: usize, scores: usize, o: usize, tileBytes: usize, headDim: i32, numTiles: i32, causal: i32,
): void {
  memory.fill(o, 0, <usize>headDim * ROW);
  for (let j = 0; j < numTiles; j++, scores += SCORE_TILE, v += tileBytes)
    mixKeys(v, scores, o, headDim, causal != 0 && j == numTiles - 1);
  for (let column: usize = 0; column < ROW; column += VECTOR) {
    const inverse = v128.load(scores + column);
    for (let d = 0, at = o + column; d < headDim; d++, at += ROW) v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
}
