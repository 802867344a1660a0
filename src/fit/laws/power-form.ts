/** Laws that are sums of powers, as plain data: one evaluation serves them all, here and in wasm. */
import { isAtLevel } from "../../core/grid.ts";
import { exp, log, pow } from "../../core/math.ts";
import type { Coordinate, LawInputs, LogInputs } from "./law.ts";

/** What a factor's logarithm is multiplied by in each row: 1, an input, or 1 at one sparsity and 0 elsewhere. */
export type Column = "one" | keyof LogInputs | { readonly sparsity: number };

/**
 * One factor of a term: coefficient^column or e^(sign · exponent · column).
 *
 * `coordinate` is the index of a positive coefficient, of an exponent, or −1 for the exponent 1.
 */
export interface Factor {
  readonly coordinate: number;
  readonly column: Column;
  readonly sign: 1 | -1;
}

/** L = (Σ_terms Π factors)^outer; without `outer` the plain sum. */
export interface PowerForm {
  readonly terms: readonly (readonly Factor[])[];
  /** Index of the coordinate that the whole sum is raised to. */
  readonly outer?: number;
}

export function columnOf(column: Column, inputs: LawInputs & LogInputs): number {
  if (column === "one") return 1;
  return typeof column === "string" ? inputs[column] : Number(isAtLevel(inputs.sparsity, column.sparsity));
}

/** The same for columns of the same values. */
export function columnKey(column: Column): string {
  return typeof column === "string" ? column : `sparsity ${column.sparsity}`;
}

/** L at a point; overwrites `gradient` with ∂L/∂coordinate. */
export function evaluatePowerForm(
  { terms, outer }: PowerForm,
  coordinates: readonly Coordinate[],
  point: ArrayLike<number>,
  inputs: LawInputs & LogInputs,
  gradient: Float64Array,
): number {
  gradient.fill(0);
  let sum = 0;
  for (const term of terms) {
    let logTerm = 0;
    for (const { coordinate, column, sign } of term) {
      const x = sign * columnOf(column, inputs);
      if (x !== 0) logTerm += x * inExponent(coordinates, point, coordinate);
    }
    const value = exp(logTerm);
    sum += value;
    for (const { coordinate, column, sign } of term) {
      if (coordinate < 0) continue;
      const slope = value * sign * columnOf(column, inputs);
      gradient[coordinate]! += isCoefficient(coordinates, coordinate) ? slope / point[coordinate]! : slope;
    }
  }
  if (outer === undefined) return sum;
  const loss = pow(sum, point[outer]!);
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= (point[outer]! * loss) / sum;
  gradient[outer]! += loss * log(sum);
  return loss;
}

const isCoefficient = (coordinates: readonly Coordinate[], index: number) => coordinates[index]!.kind === "coefficient";

function inExponent(coordinates: readonly Coordinate[], point: ArrayLike<number>, index: number): number {
  if (index < 0) return 1;
  return isCoefficient(coordinates, index) ? log(point[index]!) : point[index]!;
}
