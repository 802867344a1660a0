import { expF64 } from "../simd/exp-f64";
import { logF64 } from "../simd/log-f64";
import { sumLanesF64 } from "../simd/reduce";

const PAIR: usize = 16;
const F64: usize = 8;
/** Bytes of a factor: coordinate, column, sign. */
const FACTOR: usize = 12;

export function f64_power_law_huber(
  begin: i32, end: i32, points: usize, program: usize, table: usize, delta: usize, pairs: i32, columns: i32, coordinates: i32,
  terms: i32, outer: i32, isLog: i32, values: usize, gradients: usize, scratch: usize,
): void {
  const plane = <usize>pairs * PAIR;
  const targets = table + <usize>columns * plane;
  const sums = scratch + <usize>terms * plane;
  for (let i = begin; i < end; i++) {
    const point = points + <usize>(i * coordinates) * F64;
    const gradient = gradients + <usize>(i * coordinates) * F64;
    for (let c: usize = 0, stop = <usize>coordinates * F64; c < stop; c += F64) store<f64>(gradient + c, 0);
    evaluateTerms(point, program, table, plane, terms, scratch, sums);
    const exponent = outer < 0 ? 1.0 : load<f64>(point + <usize>outer * F64);
    const outerGradient: usize = outer < 0 ? 0 : gradient + <usize>outer * F64;
    const value = compare(plane, sums, targets, load<f64>(delta), exponent, outerGradient, isLog != 0);
    store<f64>(values + <usize>i * F64, value);
    addGradients(gradient, program, table, plane, terms, scratch, sums);
  }
}

/** terms[t] = the t-th term in every row, sums = Σ_t terms[t]. */
function evaluateTerms(
  point: usize, program: usize, table: usize, plane: usize, terms: i32, scratch: usize, sums: usize,
): void {
  fill(sums, plane, 0);
  for (let t = 0; t < terms; t++) {
    const factors = load<i32>(program);
    const next = program + 4 + <usize>factors * FACTOR;
    const logConstant = sumConstants(point, program + 4, next);
    if (hasColumns(program + 4, next)) {
      fill(scratch, plane, logConstant);
      addColumns(point, program + 4, next, table, plane, scratch);
      addExponentials(scratch, plane, sums);
    } else addConstant(scratch, plane, expF64(f64x2.splat(logConstant)), sums);
    program = next;
    scratch += plane;
  }
}

/** Σ sign·exponent over the factors that are the same in every row. */
function sumConstants(point: usize, factor: usize, stop: usize): f64 {
  let sum: f64 = 0;
  for (; factor < stop; factor += FACTOR) if (columnOf(factor) < 0) sum += signedExponent(point, factor);
  return sum;
}

function hasColumns(factor: usize, stop: usize): bool {
  for (; factor < stop; factor += FACTOR) if (columnOf(factor) >= 0) return true;
  return false;
}

/** logTerm += sign·exponent·column, for the factors that have one. */
function addColumns(point: usize, factor: usize, stop: usize, table: usize, plane: usize, logTerm: usize): void {
  for (; factor < stop; factor += FACTOR) {
    if (columnOf(factor) < 0) continue;
    const column = table + <usize>columnOf(factor) * plane;
    const exponent = f64x2.splat(signedExponent(point, factor));
    for (let p: usize = 0; p < plane; p += PAIR) {
      const product = f64x2.mul(exponent, v128.load(column + p));
      v128.store(logTerm + p, f64x2.add(v128.load(logTerm + p), product));
    }
  }
}

/** term = e^logTerm in place; sums += term. */
function addExponentials(term: usize, plane: usize, sums: usize): void {
  for (let p: usize = 0; p < plane; p += PAIR) {
    const value = expF64(v128.load(term + p));
    v128.store(term + p, value);
    v128.store(sums + p, f64x2.add(v128.load(sums + p), value));
  }
}

/** As `addExponentials`, for a term that is the same in every row. */
function addConstant(term: usize, plane: usize, value: v128, sums: usize): void {
  for (let p: usize = 0; p < plane; p += PAIR) {
    v128.store(term + p, value);
    v128.store(sums + p, f64x2.add(v128.load(sums + p), value));
  }
}

/**
 * Σ weight·huber(T − target), T = ln L or L, L = sum^exponent; then sums ← weight·huber′·∂T/∂sum, and ∂/∂exponent is stored
 * where outerGradient is not 0. Without it the exponent is 1. Clipped to ±δ, c = clip(r), the Huber loss is c·(r − c/2).
 */
function compare(
  plane: usize, sums: usize, targets: usize, delta: f64, exponent: f64, outerGradient: usize, isLog: bool,
): f64 {
  const weights = targets + plane;
  const high = f64x2.splat(delta);
  const low = f64x2.neg(high);
  const power = f64x2.splat(exponent);
  let total = f64x2.splat(0);
  let outerTotal = f64x2.splat(0);
  for (let p: usize = 0; p < plane; p += PAIR) {
    const sum = v128.load(sums + p);
    let compared = sum;
    let slope = f64x2.splat(1);
    let outerSlope = slope;
    if (isLog || outerGradient != 0) {
      outerSlope = logF64(sum);
      compared = f64x2.mul(power, outerSlope);
      slope = f64x2.div(power, sum);
      if (!isLog) {
        compared = expF64(compared);
        slope = f64x2.mul(slope, compared);
        outerSlope = f64x2.mul(outerSlope, compared);
      }
    }
    const residual = f64x2.sub(compared, v128.load(targets + p));
    const clipped = f64x2.pmax(f64x2.pmin(residual, high), low);
    const weight = v128.load(weights + p);
    const loss = f64x2.mul(clipped, f64x2.sub(residual, f64x2.mul(clipped, f64x2.splat(0.5))));
    const pull = f64x2.mul(weight, clipped);
    total = f64x2.add(total, f64x2.mul(weight, loss));
    outerTotal = f64x2.add(outerTotal, f64x2.mul(pull, outerSlope));
    v128.store(sums + p, f64x2.mul(pull, slope));
  }
  if (outerGradient != 0) store<f64>(outerGradient, sumLanesF64(outerTotal));
  return sumLanesF64(total);
}

/** gradient[coordinate] += sign·Σ_rows pull·term·column, over the factors of all terms; terms are multiplied by the pulls. */
function addGradients(
  gradient: usize, program: usize, table: usize, plane: usize, terms: i32, term: usize, pulls: usize,
): void {
  for (let t = 0; t < terms; t++) {
    const total = multiply(term, pulls, plane);
    const next = program + 4 + <usize>load<i32>(program) * FACTOR;
    for (let factor = program + 4; factor < next; factor += FACTOR) {
      const coordinate = load<i32>(factor);
      if (coordinate < 0) continue;
      const column = columnOf(factor);
      const sum = column < 0 ? total : dot(term, table + <usize>column * plane, plane);
      const at = gradient + <usize>coordinate * F64;
      store<f64>(at, load<f64>(at) + <f64>load<i32>(factor, 8) * sum);
    }
    program = next;
    term += plane;
  }
}

/** x ← x·y; returns Σ x. */
function multiply(x: usize, y: usize, plane: usize): f64 {
  let sum = f64x2.splat(0);
  for (let p: usize = 0; p < plane; p += PAIR) {
    const product = f64x2.mul(v128.load(x + p), v128.load(y + p));
    v128.store(x + p, product);
    sum = f64x2.add(sum, product);
  }
  return sumLanesF64(sum);
}

function dot(x: usize, y: usize, plane: usize): f64 {
  let sum = f64x2.splat(0);
  for (let p: usize = 0; p < plane; p += PAIR)
    sum = f64x2.add(sum, f64x2.mul(v128.load(x + p), v128.load(y + p)));
  return sumLanesF64(sum);
}

function fill(x: usize, plane: usize, value: f64): void {
  const pair = f64x2.splat(value);
  for (let p: usize = 0; p < plane; p += PAIR) v128.store(x + p, pair);
}

// @ts-ignore: decorator
@inline
function columnOf(factor: usize): i32 {
  return load<i32>(factor, 4);
}

/** The exponent of a factor, 1 where it has no coordinate. */
// @ts-ignore: decorator
@inline
function signedExponent(point: usize, factor: usize): f64 {
  const coordinate = load<i32>(factor);
  return <f64>load<i32>(factor, 8) * (coordinate < 0 ? 1.0 : load<f64>(point + <usize>coordinate * F64));
}
