/** Every row on its own, with the operations and the order of sums of the kernel: the same bits, not just the same numbers. */
import { exp, log } from "../../core/math.ts";
import type { Reference } from "./types.ts";

interface Factor {
  readonly coordinate: number;
  readonly column: number;
  readonly sign: number;
}

const f64_power_law_huber: Reference<"f64_power_law_huber"> = (begin, end, args) => {
  const { points, program, table, delta, pairs, columns, coordinates, terms, outer, isLog, values, gradients } = args;
  const rows = 2 * pairs;
  const plane = (index: number) => table.subarray(index * rows, (index + 1) * rows);
  const [targets, weights] = [plane(columns), plane(columns + 1)];
  const factors = factorsOf(program, terms);
  for (let i = begin; i < end; i++) {
    const point = points.subarray(i * coordinates, (i + 1) * coordinates);
    const term = factors.map((list) => Float64Array.from(targets, (_, row) => exp(logTermOf(list, point, plane, row))));
    const sum = targets.map((_, row) => term.reduce((total, values) => total + values[row]!, 0));
    const exponent = outer < 0 ? 1 : point[outer]!;
    const compared = sum.map((s) => (outer < 0 && !isLog ? s : comparedOf(s, exponent, isLog)));
    const residual = compared.map((t, row) => t - targets[row]!);
    const pull = residual.map((r, row) => weights[row]! * clip(r, delta[0]!));
    const slope = sum.map((s, row) => slopeOf(s, compared[row]!, exponent, outer, isLog));
    const outerSlope = sum.map((s, row) => (isLog ? log(s) : log(s) * compared[row]!));
    values[i] = sumOf(residual.map((r, row) => weights[row]! * huber(r, delta[0]!)));
    const gradient = gradients.subarray(i * coordinates, (i + 1) * coordinates).fill(0);
    if (outer >= 0) gradient[outer] = sumOf(pull.map((p, row) => p * outerSlope[row]!));
    for (const [t, list] of factors.entries())
      for (const { coordinate, column, sign } of list) {
        if (coordinate < 0) continue;
        const pulled = term[t]!.map((value, row) => value * (pull[row]! * slope[row]!));
        gradient[coordinate]! += sign * sumOf(column < 0 ? pulled : pulled.map((p, row) => p * plane(column)[row]!));
      }
  }
};

function factorsOf(program: Int32Array, terms: number): Factor[][] {
  let at = 0;
  return Array.from({ length: terms }, () =>
    Array.from({ length: program[at++]! }, () => {
      const factor = { coordinate: program[at]!, column: program[at + 1]!, sign: program[at + 2]! };
      at += 3;
      return factor;
    }),
  );
}

/** The factors that are the same in every row come first. */
function logTermOf(
  factors: readonly Factor[],
  point: Float64Array,
  plane: (index: number) => Float64Array,
  row: number,
): number {
  const exponentOf = ({ coordinate, sign }: Factor) => sign * (coordinate < 0 ? 1 : point[coordinate]!);
  const constant = factors.filter(({ column }) => column < 0).reduce((sum, factor) => sum + exponentOf(factor), 0);
  return factors
    .filter(({ column }) => column >= 0)
    .reduce((sum, factor) => sum + exponentOf(factor) * plane(factor.column)[row]!, constant);
}

/** T(sum^exponent). */
function comparedOf(sum: number, exponent: number, isLog: number): number {
  const logLoss = exponent * log(sum);
  return isLog ? logLoss : exp(logLoss);
}

/** ∂T/∂sum. */
function slopeOf(sum: number, compared: number, exponent: number, outer: number, isLog: number): number {
  if (isLog) return exponent / sum;
  return outer < 0 ? 1 : (exponent / sum) * compared;
}

function clip(residual: number, delta: number): number {
  return Math.max(-delta, Math.min(delta, residual));
}

function huber(residual: number, delta: number): number {
  const clipped = clip(residual, delta);
  return clipped * (residual - 0.5 * clipped);
}

/** Even and odd rows apart. */
function sumOf(rows: Float64Array): number {
  const lanes = [0, 0] as [number, number];
  for (const [row, value] of rows.entries()) lanes[row % 2 === 0 ? 0 : 1] += value;
  return lanes[0] + lanes[1];
}

export const fitReferences = { f64_power_law_huber };
