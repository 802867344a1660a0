/**
 * The pieces of both passes. A score tile has a row for each of 32 keys and a lane for each of 32 queries, so that softmax
 * needs no sum across lanes; it is worked on in strips of 8 queries. On the diagonal of a causal pair of tiles a strip needs
 * only the keys up to its last query, and the blocks beyond are neither computed nor read.
 */
import { MASKED } from "../simd/constants";
import { transpose4x4 } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";
import { gemmNn1x8, gemmNn4x8, gemmTn4x8 } from "./products.generated";

/** Bytes of 8 queries in a row, and of a score tile. */
export const STRIP: usize = 32;
export const SCORE_TILE: usize = 32 * ROW;

/** The tokens of a tile up to the end of the strip at this byte. */
// @ts-ignore: decorator
@inline
export function tokensUpTo(strip: usize): i32 {
  return <i32>(strip >> 2) + 8;
}

/** scores[key][query] = Σ_d keys[d][key]·queries[d][query]; keys up to the query's strip where diagonal. */
export function score(keys: usize, queries: usize, scores: usize, headDim: i32, isDiagonal: bool): void {
  for (let strip: usize = 0; strip < ROW; strip += STRIP) {
    const count = isDiagonal ? tokensUpTo(strip) : 32;
    for (let key = 0; key < count; key += 4)
      gemmTn4x8(headDim, keys + 4 * key, queries + strip, scores + <usize>key * ROW + strip);
  }
}

/** out[d][query] += Σ_key values[d][key]·weights[key][query]; keys up to the query's strip where diagonal. */
export function mixKeys(values: usize, weights: usize, out: usize, headDim: i32, isDiagonal: bool): void {
  for (let strip: usize = 0; strip < ROW; strip += STRIP) {
    const count = isDiagonal ? tokensUpTo(strip) : 32;
    multiply(count, values, weights + strip, out + strip, headDim);
  }
}

/** out[d][key] += Σ_query values[d][query]·weights[query][key]; queries from the key's strip on where diagonal. */
export function mixQueries(values: usize, weights: usize, out: usize, headDim: i32, isDiagonal: bool): void {
  for (let strip: usize = 0; strip < ROW; strip += STRIP) {
    const first = isDiagonal ? strip : 0;
    multiply(32 - <i32>(first >> 2), values + first, weights + (first >> 2) * ROW + strip, out + strip, headDim);
  }
}

// @ts-ignore: decorator
@inline
function multiply(count: i32, a: usize, b: usize, c: usize, rows: i32): void {
  for (; rows >= 4; rows -= 4, a += 4 * ROW, c += 4 * ROW) gemmNn4x8(count, a, b, c);
  for (; rows > 0; rows--, a += ROW, c += ROW) gemmNn1x8(count, a, b, c);
}

/** Masks the keys after their query, within the blocks of a diagonal tile that are computed. */
export function maskDiagonal(scores: usize): void {
  const masked = load<f32>(MASKED);
  for (let key: usize = 0; key < 32; key++)
    for (let query = key & ~7; query < key; query++) store<f32>(scores + key * ROW + 4 * query, masked);
}

/** Masks the rows of the keys from `numKeys` on. */
export function maskPadding(scores: usize, numKeys: i32): void {
  for (let at = <usize>numKeys * ROW; at < SCORE_TILE; at += VECTOR) v128.store(scores + at, v128.load(MASKED));
}

/** out[query][key] = tile[key][query]. */
export function transpose(tile: usize, out: usize): void {
  for (let row: usize = 0; row < 32; row += 4)
    for (let column: usize = 0; column < 32; column += 4)
      transpose4x4(tile + row * ROW + 4 * column, ROW, out + column * ROW + 4 * row, ROW);
}
