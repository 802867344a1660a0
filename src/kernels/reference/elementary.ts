import { exp, log } from "../../core/math.ts";
import type { Reference } from "./types.ts";

const f32_exp: Reference<"f32_exp"> = (begin, end, { x, y }) => {
  for (let i = begin; i < end; i++)
    y[i] = x[i]! < Math.fround(-87.3) ? 0 : Math.exp(Math.min(x[i]!, Math.fround(88.7)));
};

const f32_exp2: Reference<"f32_exp2"> = (begin, end, { x, y }) => {
  for (let i = begin; i < end; i++) y[i] = 2 ** Math.min(126, Math.max(-126, x[i]!));
};

const f32_tanh: Reference<"f32_tanh"> = (begin, end, { x, y }) => {
  for (let i = begin; i < end; i++) y[i] = Math.tanh(x[i]!);
};

const f32_log: Reference<"f32_log"> = (begin, end, { x, y }) => {
  for (let i = begin; i < end; i++) y[i] = Math.log(x[i]!);
};

const f64_exp: Reference<"f64_exp"> = (begin, end, { x, y }) => {
  for (let i = begin; i < end; i++) y[i] = exp(x[i]!);
};

const f64_log: Reference<"f64_log"> = (begin, end, { x, y }) => {
  for (let i = begin; i < end; i++) y[i] = log(x[i]!);
};

export const elementaryReferences = { f32_exp, f32_exp2, f32_tanh, f32_log, f64_exp, f64_log };
