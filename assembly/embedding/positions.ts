import { storeTransposed, transpose4x4 } from "../simd/reduce";
import { ROW } from "../simd/tile";

const LANES: i32 = 32;
const F32: usize = 4;

export function f32_add_positions(
  begin: i32, end: i32, x: usize, positions: usize, classToken: usize, y: usize, features: i32, seqTiles: i32, seqLen: i32,
): void {
  const tileBytes = <usize>features * ROW;
  const rowBytes = <usize>features * F32;
  for (let tile = begin; tile < end; tile++) {
    const firstPlace = (tile % seqTiles) * LANES;
    const used = max(0, min(LANES, seqLen - firstPlace));
    const offset = <usize>tile * tileBytes;
    addPositions(x + offset, positions + <usize>firstPlace * rowBytes, y + offset, features, used);
    if (classToken && firstPlace == 0)
      for (let f: usize = 0; f < rowBytes; f += F32)
        store<f32>(y + offset + f * LANES, load<f32>(positions + f) + load<f32>(classToken + f));
  }
}

/** One tile whose first `used` lanes are tokens; `positions` is the row of lane 0. */
function addPositions(x: usize, positions: usize, y: usize, features: i32, used: i32): void {
  const rowBytes = <usize>features * F32;
  for (let lane = 0; lane < LANES; lane += 4) {
    const inLanes = <usize>lane * F32;
    const rows = positions + <usize>lane * rowBytes;
    let f = 0;
    if (lane + 4 <= used)
      for (; f + 4 <= features; f += 4) {
        const at = <usize>f * ROW + inLanes;
        transpose4x4(rows + <usize>f * F32, rowBytes, y + at, ROW);
        for (let i: usize = 0; i < 4 * ROW; i += ROW)
          v128.store(y + at + i, f32x4.add(v128.load(x + at + i), v128.load(y + at + i)));
      }
    for (; f < features; f++)
      for (let i = 0; i < 4; i++) {
        const at = <usize>f * ROW + inLanes + <usize>i * F32;
        const position = rows + <usize>i * rowBytes + <usize>f * F32;
        store<f32>(y + at, lane + i < used ? load<f32>(x + at) + load<f32>(position) : 0);
      }
  }
}

export function f32_position_gradient(
  begin: i32, end: i32, dy: usize, dPositions: usize, features: i32, seqTiles: i32, seqLen: i32, batch: i32,
): void {
  const rowBytes = <usize>features * F32;
  const sequenceBytes = <usize>seqTiles * <usize>features * ROW;
  for (let place = 0; place < seqLen; place += 4) {
    const used = min(4, seqLen - place);
    const src = dy + <usize>(place / LANES) * <usize>features * ROW + <usize>(place % LANES) * F32;
    const dst = dPositions + <usize>place * rowBytes;
    let f = begin;
    if (used == 4)
      for (; f + 4 <= end; f += 4)
        sumFourPlaces(src + <usize>f * ROW, sequenceBytes, batch, dst + <usize>f * F32, rowBytes);
    for (; f < end; f++)
      for (let i = 0; i < used; i++) {
        const sum = sumOverBatch(src + <usize>f * ROW + <usize>i * F32, sequenceBytes, batch);
        store<f32>(dst + <usize>i * rowBytes + <usize>f * F32, sum);
      }
  }
}

/** Four features of four places, in lanes, summed over the sequences. */
function sumFourPlaces(src: usize, sequenceBytes: usize, batch: i32, dst: usize, rowBytes: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let b = 0; b < batch; b++) {
    s0 = f32x4.add(s0, v128.load(src));
    s1 = f32x4.add(s1, v128.load(src + ROW));
    s2 = f32x4.add(s2, v128.load(src + 2 * ROW));
    s3 = f32x4.add(s3, v128.load(src + 3 * ROW));
    src += sequenceBytes;
  }
  storeTransposed(s0, s1, s2, s3, dst, rowBytes);
}

export function f32_class_token_gradient(
  begin: i32, end: i32, dy: usize, dClassToken: usize, features: i32, seqTiles: i32, batch: i32,
): void {
  const sequenceBytes = <usize>seqTiles * <usize>features * ROW;
  for (let f = begin; f < end; f++) {
    const src = dy + <usize>f * ROW;
    store<f32>(dClassToken + <usize>f * F32, sumOverBatch(src, sequenceBytes, batch));
    for (let b: usize = 0; b < <usize>batch; b++) store<f32>(src + b * sequenceBytes, 0);
  }
}

function sumOverBatch(src: usize, sequenceBytes: usize, batch: i32): f32 {
  let sum: f32 = 0;
  for (let b = 0; b < batch; b++) {
    sum += load<f32>(src);
    src += sequenceBytes;
  }
  return sum;
}
