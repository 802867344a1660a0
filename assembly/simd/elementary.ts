import { saturatingExp } from "./exp";
import { log } from "./log";
import { tanh } from "./tanh";

export function f32_exp(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, saturatingExp(loadUpTo4(x, i, end)));
}

export function f32_tanh(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, tanh(loadUpTo4(x, i, end)));
}

export function f32_log(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, log(loadUpTo4(x, i, end)));
}

/** Elements [i, min(i + 4, end)) of x; missing lanes are 0. */
// @ts-ignore: decorator
@inline
function loadUpTo4(x: usize, i: i32, end: i32): v128 {
  x += (<usize>i) << 2;
  if (i + 4 <= end) return v128.load(x);
  let v = v128.load32_zero(x);
  if (i + 1 < end) v = v128.load_lane<f32>(x, v, 1, 4);
  if (i + 2 < end) v = v128.load_lane<f32>(x, v, 2, 8);
  return v;
}

// @ts-ignore: decorator
@inline
function storeUpTo4(y: usize, i: i32, end: i32, v: v128): void {
  y += (<usize>i) << 2;
  if (i + 4 <= end) {
    v128.store(y, v);
    return;
  }
  v128.store_lane<f32>(y, v, 0);
  if (i + 1 < end) v128.store_lane<f32>(y, v, 1, 4);
  if (i + 2 < end) v128.store_lane<f32>(y, v, 2, 8);
}
