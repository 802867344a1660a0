import { saturatingExp } from "./exp";
import { exp2 } from "./exp2";
import { expF64 } from "./exp-f64";
import { log } from "./log";
import { logF64 } from "./log-f64";
import { loadUpTo2, loadUpTo4, storeUpTo2, storeUpTo4 } from "./partial";
import { tanh } from "./tanh";

export function f32_exp(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, saturatingExp(loadUpTo4(x, i, end)));
}

export function f32_exp2(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, exp2(loadUpTo4(x, i, end)));
}

export function f32_tanh(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, tanh(loadUpTo4(x, i, end)));
}

export function f32_log(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 4) storeUpTo4(y, i, end, log(loadUpTo4(x, i, end)));
}

export function f64_exp(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 2) storeUpTo2(y, i, end, expF64(loadUpTo2(x, i, end)));
}

export function f64_log(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = begin; i < end; i += 2) storeUpTo2(y, i, end, logF64(loadUpTo2(x, i, end)));
}
