/** Eigenvalues and vectors of small symmetric matrices. */

export interface Eigen {
  readonly values: readonly number[];
  /** vectors[i], of length 1, belongs to values[i]. */
  readonly vectors: readonly Float64Array[];
}

const SWEEPS = 60;

/**
 * All eigenvalues and vectors of a symmetric matrix, smallest first.
 *
 * Accuracy   relative to the largest, about 10⁻¹⁵
 * Source     Jacobi 1846; Golub & Van Loan 2013, section 8.5
 */
export function symmetricEigen(matrix: readonly ArrayLike<number>[]): Eigen {
  const size = matrix.length;
  const a = matrix.map((line) => Float64Array.from(line));
  const v = matrix.map((_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  const scale = Math.max(...a.flatMap((line) => [...line].map(Math.abs)));
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a) > 1e-17 * scale; sweep++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, p, q);
  const order = a.map((_, i) => i).sort((i, j) => a[i]![i]! - a[j]![j]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => Float64Array.from(v, (line) => line[i]!)) };
}

function offDiagonal(a: readonly Float64Array[]): number {
  let most = 0;
  for (const [i, line] of a.entries())
    for (const [j, x] of line.entries()) if (i !== j) most = Math.max(most, Math.abs(x));
  return most;
}

/** The rotation in the plane (p, q) that makes a[p][q] zero. */
function rotate(a: Float64Array[], v: Float64Array[], p: number, q: number): void {
  if (a[p]![q] === 0) return;
  const half = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const tangent = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.sqrt(half * half + 1));
  const cos = 1 / Math.sqrt(tangent * tangent + 1);
  const sin = tangent * cos;
  for (const line of a) turn(line, p, q, cos, sin);
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[p]![k]!, a[q]![k]!];
    a[p]![k] = cos * x - sin * y;
    a[q]![k] = sin * x + cos * y;
  }
  for (const line of v) turn(line, p, q, cos, sin);
}

function turn(line: Float64Array, p: number, q: number, cos: number, sin: number): void {
  const [x, y] = [line[p]!, line[q]!];
  line[p] = cos * x - sin * y;
  line[q] = sin * x + cos * y;
}
