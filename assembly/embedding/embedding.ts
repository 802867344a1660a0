import { storeTransposed } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";

const LANES: i32 = 32;
const F32: usize = 4;

export function f32_embedding(
  begin: i32, end: i32, tokens: usize, table: usize, positions: usize, y: usize, features: i32, seqTiles: i32, seqLen: i32,
): void {
  const rowBytes = <usize>features * F32;
  for (let tile = begin; tile < end; tile++) {
    const firstPlace = (tile % seqTiles) * LANES;
    for (let lane = 0; lane < LANES; lane += 4) {
      const inLanes = <usize>lane * F32;
      embedFourTokens(
        v128.load(tokens + <usize>tile * ROW + inLanes), table, positions, y + <usize>tile * <usize>features * ROW + inLanes,
        rowBytes, firstPlace + lane, seqLen,
      );
    }
  }
}

/** The tokens at `place` and the three after it. */
function embedFourTokens(
  tokens: v128, table: usize, positions: usize, y: usize, rowBytes: usize, place: i32, seqLen: i32,
): void {
  const row0 = rowOf(i32x4.extract_lane(tokens, 0), table, rowBytes, place, seqLen);
  const row1 = rowOf(i32x4.extract_lane(tokens, 1), table, rowBytes, place + 1, seqLen);
  const row2 = rowOf(i32x4.extract_lane(tokens, 2), table, rowBytes, place + 2, seqLen);
  const row3 = rowOf(i32x4.extract_lane(tokens, 3), table, rowBytes, place + 3, seqLen);
  const at0 = positions ? positions + <usize>place * rowBytes : 0;
  const at1 = at0 ? at0 + rowBytes : 0;
  const at2 = at0 ? at1 + rowBytes : 0;
  const at3 = at0 ? at2 + rowBytes : 0;
  let f: usize = 0;
  for (; f + VECTOR <= rowBytes; f += VECTOR) {
    const dst = y + f * 32;
    storeTransposed(sum4(row0, at0, f), sum4(row1, at1, f), sum4(row2, at2, f), sum4(row3, at3, f), dst, ROW);
  }
  for (; f < rowBytes; f += F32) {
    const dst = y + f * 32;
    store<f32>(dst, sum1(row0, at0, f), 0);
    store<f32>(dst, sum1(row1, at1, f), 4);
    store<f32>(dst, sum1(row2, at2, f), 8);
    store<f32>(dst, sum1(row3, at3, f), 12);
  }
}

/** Address of a token's row of the table; 0 for no token and at padding. */
// @ts-ignore: decorator
@inline
function rowOf(token: i32, table: usize, rowBytes: usize, place: i32, seqLen: i32): usize {
  return token < 0 || place >= seqLen ? 0 : table + <usize>token * rowBytes;
}

/** Four features of table row + position; zeros where there is no row. */
// @ts-ignore: decorator
@inline
function sum4(row: usize, position: usize, f: usize): v128 {
  if (!row) return f32x4.splat(0);
  return position ? f32x4.add(v128.load(row + f), v128.load(position + f)) : v128.load(row + f);
}

// @ts-ignore: decorator
@inline
function sum1(row: usize, position: usize, f: usize): f32 {
  if (!row) return 0;
  return position ? load<f32>(row + f) + load<f32>(position + f) : load<f32>(row + f);
}
