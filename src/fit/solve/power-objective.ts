/** The objective of a law that is a sum of powers, by the wasm kernel: `fitObjective` faster, and with bits that no engine changes. */
import { exp, log } from "../../core/math.ts";
import {
  type Column,
  columnKey,
  columnOf,
  type FitRow,
  type FitUnits,
  type Law,
  type PowerForm,
  toLogInputs,
} from "../laws/index.ts";
import type { Objective } from "./minimise.ts";
import type { ObjectiveOptions } from "./objective.ts";
import { openPowerKernel } from "./power-kernel.ts";

/** The objective for weights of the rows, 1 each unless said. */
export type WeightedObjectives = (weights?: ArrayLike<number>) => Objective;

/**
 * Objectives of one table that differ in the weights of its rows: the logarithms are taken once, and what a set of weights costs
 * is to copy the rows that have one.
 *
 * Several of them may be used in turn: each knows whether the kernel's memory holds its rows.
 *
 * @throws {StateError} where the engine cannot run the kernels
 */
export async function powerObjectives(
  law: Law,
  form: PowerForm,
  rows: readonly FitRow[],
  units: FitUnits,
  options: ObjectiveOptions,
): Promise<WeightedObjectives> {
  const columns = distinctColumns(form);
  const planes = planesOf(columns, rows, units, options);
  const { isLog, delta, scale } = kernelOptions(options);
  const coordinates = law.coordinates.length;
  const kernel = await openPowerKernel({ form, columns, coordinates, rows: rows.length, isLog, delta });
  const isExponent = law.coordinates.map(({ kind, positive }) => kind === "exponent" && positive);
  let current: Float64Array | undefined;

  return (weights = new Float64Array(rows.length).fill(1)) => {
    const { table, pairs, total } = weightedTable(planes, weights);
    const perWeight = scale / total;
    const run = kernel.runOver(pairs);
    return (theta, gradient) => {
      if (current !== table) kernel.table.set(table);
      current = table;
      for (let i = 0; i < coordinates; i++) kernel.point[i] = isExponent[i] ? exp(theta[i]!) : theta[i]!;
      run();
      for (let i = 0; i < coordinates; i++)
        gradient[i] = kernel.gradient[i]! * perWeight * (isExponent[i] ? kernel.point[i]! : 1);
      const value = kernel.value[0]!;
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value * perWeight;
    };
  };
}

/** The kernel knows natural logarithms alone: a decimal residual is 1/ln 10 of one, and the Huber loss of degree 2 in r and δ. */
function kernelOptions({ residual, delta, scale = 1 }: ObjectiveOptions) {
  const isLog = residual !== "raw";
  if (residual !== "log10") return { isLog, delta, scale };
  return { isLog, delta: delta * Math.LN10, scale: scale / (Math.LN10 * Math.LN10) };
}

function distinctColumns({ terms }: PowerForm): Column[] {
  const columns = new Map<string, Column>();
  for (const { column } of terms.flat()) if (column !== "one") columns.set(columnKey(column), column);
  return [...columns.values()];
}

/** One array over the rows for each column, then one of the targets. */
function planesOf(
  columns: readonly Column[],
  rows: readonly FitRow[],
  units: FitUnits,
  options: ObjectiveOptions,
): Float64Array[] {
  const inputs = rows.map((row) => toLogInputs(row, units));
  const { isLog } = kernelOptions(options);
  return [
    ...columns.map((column) => Float64Array.from(inputs, (row) => columnOf(column, row))),
    Float64Array.from(rows, ({ loss }) => (isLog ? log(loss) : loss)),
  ];
}

/** The kernel's table of the rows that have a weight. */
function weightedTable(planes: readonly Float64Array[], weights: ArrayLike<number>) {
  const used = Int32Array.from(planes[0]!.keys()).filter((row) => weights[row]! > 0);
  const pairs = Math.ceil(used.length / 2);
  const stride = 2 * pairs;
  const table = new Float64Array((planes.length + 1) * stride);
  // An odd last row stands twice, the second time with weight 0.
  for (let i = 0; i < stride; i++) {
    const row = used[Math.min(i, used.length - 1)]!;
    for (let plane = 0; plane < planes.length; plane++) table[plane * stride + i] = planes[plane]![row]!;
    table[planes.length * stride + i] = i < used.length ? weights[row]! : 0;
  }
  let total = 0;
  for (const row of used) total += weights[row]!;
  return { table, pairs, total };
}
