import { ONE, TWO } from "../simd/constants";
import { exp } from "../simd/exp";
import { fma } from "../simd/fma";
import { log } from "../simd/log";
import { ROW, VECTOR } from "../simd/tile";

export function f32_cross_entropy(
  begin: i32, end: i32, logits: usize, labels: usize, losses: usize, hits: usize, dLogits: usize, classes: i32,
  gradScale: f32, zLoss: f32,
): void {
  const tileBytes = <usize>classes * ROW;
  for (let tile = <usize>begin; tile < <usize>end; tile++)
    for (let strip: usize = 0; strip < ROW; strip += VECTOR) {
      const inTile = tile * tileBytes + strip;
      const inLanes = tile * ROW + strip;
      fourTokens(
        logits + inTile, v128.load(labels + inLanes), losses + inLanes, hits + inLanes, dLogits ? dLogits + inTile : 0,
        classes, gradScale, zLoss,
      );
    }
}

/** Loss and gradient of four tokens in lanes: their logits stand ROW bytes apart. */
function fourTokens(
  logits: usize, labels: v128, losses: usize, hits: usize, dLogits: usize, classes: i32, gradScale: f32, zLoss: f32,
): void {
  const isCounted = i32x4.ge_s(labels, i32x4.splat(0));
  const labelLogits = gatherLabels(logits, labels);

  let largest = v128.load(logits);
  let largestClass = i32x4.splat(0);
  for (let c = 1, at = logits + ROW; c < classes; c++, at += ROW) {
    const logit = v128.load(at);
    const isLarger = f32x4.gt(logit, largest);
    largest = v128.bitselect(logit, largest, isLarger);
    largestClass = v128.bitselect(i32x4.splat(c), largestClass, isLarger);
  }
  v128.store(hits, v128.and(v128.load(ONE), i32x4.eq(largestClass, labels)));

  let sum = f32x4.splat(0);
  for (let c = 0, at: usize = 0; c < classes; c++, at += ROW) {
    const power = exp(f32x4.sub(v128.load(logits + at), largest));
    sum = f32x4.add(sum, power);
    if (dLogits) v128.store(dLogits + at, power);
  }
  // log reads the bits of its argument and would take a NaN for a number.
  const logZ = v128.bitselect(f32x4.add(largest, log(sum)), sum, f32x4.eq(sum, sum));
  v128.store(losses, v128.and(f32x4.sub(logZ, labelLogits), isCounted));
  if (!dLogits) return;

  const scale = v128.and(f32x4.splat(gradScale), isCounted);
  const zSlope = fma(f32x4.mul(v128.load(TWO), f32x4.splat(zLoss)), logZ, v128.load(ONE));
  const perPower = v128.and(f32x4.div(f32x4.mul(scale, zSlope), sum), isCounted);
  for (let c = 0, at = dLogits; c < classes; c++, at += ROW) v128.store(at, f32x4.mul(v128.load(at), perPower));
  subtractAtLabels(dLogits, labels, gradScale);
}

/** The logit of each token's label; 0 for a token that does not count. */
function gatherLabels(logits: usize, labels: v128): v128 {
  let gathered = f32x4.splat(0);
  gathered = f32x4.replace_lane(gathered, 0, logitOf(logits, i32x4.extract_lane(labels, 0), 0));
  gathered = f32x4.replace_lane(gathered, 1, logitOf(logits, i32x4.extract_lane(labels, 1), 1));
  gathered = f32x4.replace_lane(gathered, 2, logitOf(logits, i32x4.extract_lane(labels, 2), 2));
  return f32x4.replace_lane(gathered, 3, logitOf(logits, i32x4.extract_lane(labels, 3), 3));
}

// @ts-ignore: decorator
@inline
function logitOf(logits: usize, label: i32, lane: usize): f32 {
  return label < 0 ? 0 : load<f32>(logits + <usize>label * ROW + lane * 4);
}

function subtractAtLabels(dLogits: usize, labels: v128, amount: f32): void {
  subtractAt(dLogits, i32x4.extract_lane(labels, 0), 0, amount);
  subtractAt(dLogits, i32x4.extract_lane(labels, 1), 1, amount);
  subtractAt(dLogits, i32x4.extract_lane(labels, 2), 2, amount);
  subtractAt(dLogits, i32x4.extract_lane(labels, 3), 3, amount);
}

// @ts-ignore: decorator
@inline
function subtractAt(dLogits: usize, label: i32, lane: usize, amount: f32): void {
  if (label < 0) return;
  const at = dLogits + <usize>label * ROW + lane * 4;
  store<f32>(at, load<f32>(at) - amount);
}
