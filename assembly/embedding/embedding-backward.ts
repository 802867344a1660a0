import { ROW, VECTOR } from "../simd/tile";

const LANES: i32 = 32;
const F32: usize = 4;

export function f32_embedding_backward(
  begin: i32, end: i32, tokens: usize, dy: usize, dTable: usize, vocabSize: i32, features: i32, numTiles: i32,
  accumulate: i32,
): void {
  const rowBytes = <usize>features * F32;
  const from = <usize>begin * F32;
  const to = <usize>end * F32;
  if (!accumulate) for (let v = 0; v < vocabSize; v++) memory.fill(dTable + <usize>v * rowBytes + from, 0, to - from);
  for (let tile = 0; tile < numTiles; tile++)
    for (let lane = 0; lane < LANES; lane += 4) {
      const inLanes = <usize>lane * F32;
      addFourTokens(
        v128.load(tokens + <usize>tile * ROW + inLanes), dy + <usize>tile * <usize>features * ROW + inLanes, dTable,
        rowBytes, from, to,
      );
    }
}

/** Adds features [from, to), in bytes of a table row, of four tokens one after the other: they may be equal. */
function addFourTokens(tokens: v128, dy: usize, dTable: usize, rowBytes: usize, from: usize, to: usize): void {
  const row0 = rowOf(i32x4.extract_lane(tokens, 0), dTable, rowBytes);
  const row1 = rowOf(i32x4.extract_lane(tokens, 1), dTable, rowBytes);
  const row2 = rowOf(i32x4.extract_lane(tokens, 2), dTable, rowBytes);
  const row3 = rowOf(i32x4.extract_lane(tokens, 3), dTable, rowBytes);
  let f = from;
  for (; f + VECTOR <= to; f += VECTOR) {
    const src = dy + f * LANES;
    const f0 = v128.load(src);
    const f1 = v128.load(src + ROW);
    const f2 = v128.load(src + 2 * ROW);
    const f3 = v128.load(src + 3 * ROW);
    const low01 = v128.shuffle<f32>(f0, f1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(f0, f1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(f2, f3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(f2, f3, 2, 6, 3, 7);
    add4(row0, f, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    add4(row1, f, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    add4(row2, f, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    add4(row3, f, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
  }
  for (; f < to; f += F32) {
    const src = dy + f * LANES;
    add1(row0, f, load<f32>(src, 0));
    add1(row1, f, load<f32>(src, 4));
    add1(row2, f, load<f32>(src, 8));
    add1(row3, f, load<f32>(src, 12));
  }
}

/** Address of a token's row, 0 for no token. */
// @ts-ignore: decorator
@inline
function rowOf(token: i32, table: usize, rowBytes: usize): usize {
  return token < 0 ? 0 : table + <usize>token * rowBytes;
}

// @ts-ignore: decorator
@inline
function add4(row: usize, f: usize, gradient: v128): void {
  if (row) v128.store(row + f, f32x4.add(v128.load(row + f), gradient));
}

// @ts-ignore: decorator
@inline
function add1(row: usize, f: usize, gradient: f32): void {
  if (row) store<f32>(row + f, load<f32>(row + f) + gradient);
}
