import { PARTIAL_CHUNK } from "../registry.ts";
import type { Reference } from "./types.ts";

/** Calls `visit` for the elements [0, count) of chunk c. */
function eachOfChunk(c: number, count: number, visit: (i: number) => void): void {
  for (let i = c * PARTIAL_CHUNK; i < Math.min(count, (c + 1) * PARTIAL_CHUNK); i++) visit(i);
}

const f32_square_sum: Reference<"f32_square_sum"> = (begin, end, { x, mask, count, partials }) => {
  for (let c = begin; c < end; c++) {
    partials[c] = 0;
    eachOfChunk(c, count, (i) => {
      partials[c]! += mask?.[i] === 0 ? 0 : x[i]! ** 2;
    });
  }
};

const f32_clip_elements: Reference<"f32_clip_elements"> = (begin, end, { x, limit }) => {
  for (let i = begin; i < end; i++) x[i] = Math.min(Math.max(x[i]!, -limit), limit);
};

const f32_clip_scale: Reference<"f32_clip_scale"> = (_begin, _end, { partials, count, clipNorm, scale }) => {
  const norm = Math.sqrt(partials.subarray(0, count).reduce((sum, partial) => sum + partial, 0));
  scale[0] = Math.min(1, clipNorm / norm);
  scale[1] = norm;
};

const f32_adamw: Reference<"f32_adamw"> = (begin, end, args) => {
  const { w, grad, m, v, mask, scale, hyper, beta1, beta2, epsilon, decay } = args;
  const [lr, correction1, correction2] = [hyper[0]!, hyper[1]!, hyper[2]!];
  for (let i = begin; i < end; i++) {
    const g = scale[0]! * grad[i]!;
    m[i] = beta1 * m[i]! + (1 - beta1) * g;
    v[i] = beta2 * v[i]! + (1 - beta2) * g ** 2;
    w[i]! -= lr * ((m[i]! * correction1) / (Math.sqrt(v[i]! * correction2) + epsilon) + decay * w[i]!);
    if (mask?.[i] === 0) w[i] = m[i] = v[i] = 0;
  }
};

const f32_sgd: Reference<"f32_sgd"> = (begin, end, { w, grad, m, mask, scale, hyper, momentum }) => {
  for (let i = begin; i < end; i++) {
    m[i] = momentum * m[i]! + scale[0]! * grad[i]!;
    w[i]! -= hyper[0]! * m[i]!;
    if (mask?.[i] === 0) w[i] = m[i] = 0;
  }
};

const f32_adafactor_moment: Reference<"f32_adafactor_moment"> = (begin, end, args) => {
  const { w, grad, v, mask, scale, hyper, epsilon, count, partials } = args;
  const beta2 = hyper[1]!;
  for (let c = begin; c < end; c++) {
    partials[2 * c] = 0;
    partials[2 * c + 1] = 0;
    eachOfChunk(c, count, (i) => {
      const isKept = mask?.[i] !== 0;
      const g = scale[0]! * grad[i]!;
      v[i] = isKept ? beta2 * v[i]! + (1 - beta2) * (g ** 2 + epsilon) : 0;
      grad[i] = isKept ? g / Math.sqrt(v[i]!) : 0;
      partials[2 * c]! += grad[i]! ** 2;
      partials[2 * c + 1]! += isKept ? w[i]! ** 2 : 0;
    });
  }
};

const f32_adafactor_step: Reference<"f32_adafactor_step"> = (_begin, _end, args) => {
  const { partials, chunks, nonzeros, hyper, minScale, clipThreshold, step } = args;
  const rms = (first: number) => {
    let sum = 0;
    for (let c = 0; c < chunks; c++) sum += partials[2 * c + first]!;
    return Math.sqrt(sum / nonzeros);
  };
  step[0] = (hyper[0]! * Math.max(minScale, rms(1))) / Math.max(1, rms(0) / clipThreshold);
};

const f32_adafactor_apply: Reference<"f32_adafactor_apply"> = (begin, end, { w, update, mask, step }) => {
  for (let i = begin; i < end; i++) w[i] = mask?.[i] === 0 ? 0 : w[i]! - step[0]! * update[i]!;
};

export const updateReferences = {
  f32_square_sum,
  f32_clip_elements,
  f32_clip_scale,
  f32_adamw,
  f32_sgd,
  f32_adafactor_moment,
  f32_adafactor_step,
  f32_adafactor_apply,
};
