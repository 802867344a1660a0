import { sumLanes } from "../simd/reduce";
import { ROW, VECTOR } from "../simd/tile";

const LANES: i32 = 32;
const F32: usize = 4;

export function f32_pool(
  begin: i32, end: i32, x: usize, y: usize, features: i32, seqTiles: i32, firstToken: i32, lastToken: i32, batch: i32,
): void {
  const tileBytes = <usize>features * ROW;
  memory.fill(y + <usize>begin * tileBytes, 0, <usize>(end - begin) * tileBytes);
  const lastImage = min(batch, end * LANES);
  for (let image = begin * LANES; image < lastImage; image++) {
    const src = x + <usize>image * <usize>seqTiles * tileBytes;
    const dst = y + <usize>(image / LANES) * tileBytes + <usize>(image % LANES) * F32;
    for (let f: usize = 0; f < tileBytes; f += ROW)
      store<f32>(dst + f, sumTokens(src + f, tileBytes, firstToken, lastToken) / <f32>(lastToken - firstToken));
  }
}

/** Σ over the tokens [first, last) of a feature, whose rows stand tileBytes apart. */
function sumTokens(row: usize, tileBytes: usize, first: i32, last: i32): f32 {
  let sum = f32x4.splat(0);
  for (let token = first & ~3; token < last; token += 4) {
    const values = v128.load(row + <usize>(token / LANES) * tileBytes + <usize>(token % LANES) * F32);
    sum = f32x4.add(sum, v128.and(values, within(token, first, last)));
  }
  return sumLanes(sum);
}

export function f32_pool_backward(
  begin: i32, end: i32, dy: usize, dx: usize, features: i32, seqTiles: i32, firstToken: i32, lastToken: i32,
): void {
  const tileBytes = <usize>features * ROW;
  for (let image = begin; image < end; image++) {
    const src = dy + <usize>(image / LANES) * tileBytes + <usize>(image % LANES) * F32;
    let dst = dx + <usize>image * <usize>seqTiles * tileBytes;
    for (let tile = 0; tile < seqTiles; tile++)
      for (let f: usize = 0; f < tileBytes; f += ROW) {
        const each = f32x4.splat(load<f32>(src + f) / <f32>(lastToken - firstToken));
        for (let lane = 0; lane < LANES; lane += 4) {
          v128.store(dst, v128.and(each, within(tile * LANES + lane, firstToken, lastToken)));
          dst += VECTOR;
        }
      }
  }
}

/** All bits of the lanes whose token, from `token` on, is in [first, last). */
// @ts-ignore: decorator
@inline
function within(token: i32, first: i32, last: i32): v128 {
  const tokens = i32x4.add(i32x4.splat(token), i32x4(0, 1, 2, 3));
  return v128.and(i32x4.ge_s(tokens, i32x4.splat(first)), i32x4.lt_s(tokens, i32x4.splat(last)));
}
