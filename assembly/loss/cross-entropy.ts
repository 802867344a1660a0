import { LOG2_E, ONE } from "../simd/constants";
import { exp2 } from "../simd/exp2";
import { fma } from "../simd/fma";
import { log } from "../simd/log";
import { ROW, VECTOR } from "../simd/tile";

/** 16 tokens, a cache line of each class: a tile too large for the cache is then fetched twice a pass instead of eight times. */
const STRIP: usize = 4 * VECTOR;

export function f32_cross_entropy(
  begin: i32, end: i32, logits: usize, labels: usize, losses: usize, hits: usize, dLogits: usize, classes: i32,
  gradScale: f32, zLoss: f32,
): void {
  const bytes = <usize>classes * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++)
    for (let strip: usize = 0; strip < ROW; strip += STRIP) {
      const inTile = tile * bytes + strip;
      const inLanes = tile * ROW + strip;
      findLargest(logits + inTile, bytes, labels + inLanes, losses + inLanes, hits + inLanes);
      normalize(
        logits + inTile, bytes, labels + inLanes, losses + inLanes, dLogits ? dLogits + inTile : 0, gradScale, zLoss,
      );
    }
}

/** Each token's largest logit, into `losses`, and whether it is the label's. A class stands every ROW bytes up to `bytes`. */
function findLargest(logits: usize, bytes: usize, labels: usize, losses: usize, hits: usize): void {
  let largest0 = v128.load(logits, 0), largest1 = v128.load(logits, 16);
  let largest2 = v128.load(logits, 32), largest3 = v128.load(logits, 48);
  let class0 = i32x4.splat(0), class1 = class0, class2 = class0, class3 = class0;
  for (let at = ROW, c = 1; at < bytes; at += ROW, c++) {
    const here = i32x4.splat(c);
    const logit0 = v128.load(logits + at, 0);
    class0 = v128.bitselect(here, class0, f32x4.gt(logit0, largest0));
    largest0 = f32x4.pmax(largest0, logit0);
    const logit1 = v128.load(logits + at, 16);
    class1 = v128.bitselect(here, class1, f32x4.gt(logit1, largest1));
    largest1 = f32x4.pmax(largest1, logit1);
    const logit2 = v128.load(logits + at, 32);
    class2 = v128.bitselect(here, class2, f32x4.gt(logit2, largest2));
    largest2 = f32x4.pmax(largest2, logit2);
    const logit3 = v128.load(logits + at, 48);
    class3 = v128.bitselect(here, class3, f32x4.gt(logit3, largest3));
    largest3 = f32x4.pmax(largest3, logit3);
  }
  v128.store(losses, largest0, 0);
  v128.store(losses, largest1, 16);
  v128.store(losses, largest2, 32);
  v128.store(losses, largest3, 48);
  v128.store(hits, oneWhereEqual(class0, v128.load(labels, 0)), 0);
  v128.store(hits, oneWhereEqual(class1, v128.load(labels, 16)), 16);
  v128.store(hits, oneWhereEqual(class2, v128.load(labels, 32)), 32);
  v128.store(hits, oneWhereEqual(class3, v128.load(labels, 48)), 48);
}

// @ts-ignore: decorator
@inline
function oneWhereEqual(a: v128, b: v128): v128 {
  return v128.and(v128.load(ONE), i32x4.eq(a, b));
}

/** Losses, in the place of the largest logits, and gradients, which may take the place of the logits. */
function normalize(
  logits: usize, bytes: usize, labels: usize, losses: usize, dLogits: usize, gradScale: f32, zLoss: f32,
): void {
  const largest0 = v128.load(losses, 0), largest1 = v128.load(losses, 16);
  const largest2 = v128.load(losses, 32), largest3 = v128.load(losses, 48);
  gatherLabelLogits(logits, labels, losses);
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (let at: usize = 0; at < bytes; at += ROW) {
    const power0 = power(v128.load(logits + at, 0), largest0);
    if (dLogits) v128.store(dLogits + at, power0, 0);
    sum0 = f32x4.add(sum0, power0);
    const power1 = power(v128.load(logits + at, 16), largest1);
    if (dLogits) v128.store(dLogits + at, power1, 16);
    sum1 = f32x4.add(sum1, power1);
    const power2 = power(v128.load(logits + at, 32), largest2);
    if (dLogits) v128.store(dLogits + at, power2, 32);
    sum2 = f32x4.add(sum2, power2);
    const power3 = power(v128.load(logits + at, 48), largest3);
    if (dLogits) v128.store(dLogits + at, power3, 48);
    sum3 = f32x4.add(sum3, power3);
  }
  const factor0 = finish(largest0, sum0, labels, losses, gradScale, zLoss);
  const factor1 = finish(largest1, sum1, labels + 16, losses + 16, gradScale, zLoss);
  const factor2 = finish(largest2, sum2, labels + 32, losses + 32, gradScale, zLoss);
  const factor3 = finish(largest3, sum3, labels + 48, losses + 48, gradScale, zLoss);
  if (!dLogits) return;
  for (let at = dLogits, stop = dLogits + bytes; at < stop; at += ROW) {
    v128.store(at, f32x4.mul(v128.load(at, 0), factor0), 0);
    v128.store(at, f32x4.mul(v128.load(at, 16), factor1), 16);
    v128.store(at, f32x4.mul(v128.load(at, 32), factor2), 32);
    v128.store(at, f32x4.mul(v128.load(at, 48), factor3), 48);
  }
  subtractAtLabels(dLogits, labels, gradScale);
}

/** exp(logit − largest). */
// @ts-ignore: decorator
@inline
function power(logit: v128, largest: v128): v128 {
  return exp2(f32x4.mul(f32x4.sub(logit, largest), v128.load(LOG2_E)));
}

/** Turns the label logits in `losses` into losses; returns what a power is to be multiplied with for its gradient. */
function finish(largest: v128, sum: v128, labels: usize, losses: usize, gradScale: f32, zLoss: f32): v128 {
  // log reads the bits of its argument and would take a NaN for a number.
  const logZ = v128.bitselect(f32x4.add(largest, log(sum)), sum, f32x4.eq(sum, sum));
  const isCounted = i32x4.ge_s(v128.load(labels), i32x4.splat(0));
  v128.store(losses, v128.and(f32x4.sub(logZ, v128.load(losses)), isCounted));
  const slope = fma(f32x4.splat(2 * zLoss), logZ, v128.load(ONE));
  return v128.and(f32x4.div(f32x4.mul(f32x4.splat(gradScale), slope), sum), isCounted);
}

/** Each token's logit of its label into `labelLogits`; 0 where it does not count. */
function gatherLabelLogits(logits: usize, labels: usize, labelLogits: usize): void {
  for (let at: usize = 0; at < STRIP; at += 4) {
    const label = load<i32>(labels + at);
    store<f32>(labelLogits + at, label < 0 ? 0 : load<f32>(logits + <usize>label * ROW + at));
  }
}

function subtractAtLabels(dLogits: usize, labels: usize, amount: f32): void {
  for (let at: usize = 0; at < STRIP; at += 4) {
    const label = load<i32>(labels + at);
    if (label < 0) continue;
    const gradient = dLogits + <usize>label * ROW + at;
    store<f32>(gradient, load<f32>(gradient) - amount);
  }
}
