/** Curves of one loss, and of one budget, over N: tables for people, records for programs. */
import { formatCount, formatScientific } from "../../core/format.ts";
import { type FittedLaw, isoFlopCurve, isoLossCurve, type Ramp } from "../../fit/index.ts";
import { alignColumns, type Output } from "../output.ts";

export interface CurveFlags {
  readonly isoLoss: readonly number[];
  readonly isoFlops: readonly number[];
  readonly sparsities: readonly number[];
}

/** Points of the curves: six to a factor of ten, from N/100 to 100·N. */
const curveSizes = (nonzeroParams: number): number[] =>
  Array.from({ length: 25 }, (_, i) => Number((nonzeroParams * 10 ** ((i - 12) / 6)).toPrecision(6)));

export function printCurves(
  { nonzero, isoLoss, isoFlops, sparsities }: CurveFlags & { readonly nonzero: number },
  law: FittedLaw,
  options: { readonly schedule: Ramp; readonly cost: "sparse" | "dense" },
  output: Output,
): void {
  const sizes = curveSizes(nonzero);
  const levels = [0, ...sparsities.filter((sparsity) => sparsity > 0)];
  for (const loss of isoLoss) {
    const curves = levels.map((sparsity) => ({
      sparsity,
      points: isoLossCurve(law, { ...options, sizes, sparsity, loss }),
    }));
    for (const { sparsity, points } of curves) output.record({ type: "iso-loss", loss, sparsity, points });
    output.print(
      `D that takes N to a loss of ${loss} nats`,
      ...curveTable(sizes, curves, ({ data }) => formatCount(data)),
    );
  }
  for (const flops of isoFlops) {
    const curves = levels.map((sparsity) => ({
      sparsity,
      points: isoFlopCurve(law, { ...options, sizes, sparsity, flops }),
    }));
    for (const { sparsity, points } of curves) output.record({ type: "iso-flops", flops, sparsity, points });
    const title = `loss of models trained for ${formatScientific(flops)} FLOPs, ${options.cost} cost`;
    output.print(title, ...curveTable(sizes, curves, ({ loss }) => loss.toFixed(4)));
  }
}

function curveTable<P extends { readonly nonzeroParams: number }>(
  sizes: readonly number[],
  curves: readonly { readonly sparsity: number; readonly points: readonly P[] }[],
  cell: (point: P) => string,
): string[] {
  const cellOf = (points: readonly P[], size: number) => {
    const point = points.find(({ nonzeroParams }) => nonzeroParams === size);
    return point === undefined ? "—" : cell(point);
  };
  return alignColumns([
    ["N", ...curves.map(({ sparsity }) => `S=${sparsity}`)],
    ...sizes.map((size) => [formatCount(size), ...curves.map(({ points }) => cellOf(points, size))]),
  ]);
}
