/** The kernel f64_power_law_huber on a memory of its own, with views of its buffers. */
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../kernels/abi.ts";
import { type KernelArgs, kernels } from "../../kernels/registry.ts";
import { compileKernels } from "../../kernels/variant.ts";
import { type Column, columnKey, type PowerForm } from "../laws/index.ts";

export interface PowerKernelOptions {
  readonly form: PowerForm;
  /** The distinct columns of the form, in the order of the table. */
  readonly columns: readonly Column[];
  /** Coordinates of the law. */
  readonly coordinates: number;
  /** Rows that the table may have at most. */
  readonly rows: number;
  readonly isLog: boolean;
  readonly delta: number;
  /** The compiled strict build, where it is not to be the one that everything shares. */
  readonly module?: WebAssembly.Module | undefined;
}

export interface PowerKernel {
  /** Logarithms of coefficients, and exponents. */
  readonly point: Float64Array;
  /** (columns + 2, 2·pairs): columns, targets, weights. */
  readonly table: Float64Array;
  readonly value: Float64Array;
  readonly gradient: Float64Array;
  /** What writes value and gradient of the point, for a table of so many pairs of rows. */
  runOver(pairs: number): () => void;
}

type Buffers = "points" | "program" | "table" | "delta" | "values" | "gradients" | "scratch";

/**
 * Compiles the strict build once a thread and instantiates it.
 *
 * @throws {StateError} where the engine cannot run it
 */
export async function openPowerKernel(options: PowerKernelOptions): Promise<PowerKernel> {
  const { form, columns, coordinates, rows, isLog, delta, module = await compileKernels("strict") } = options;
  const program = programOf(form, columns);
  const numPairs = Math.ceil(rows / 2);
  const tableLength = 2 * numPairs * (columns.length + 2);
  const { addresses, bytes } = place({
    points: 8 * coordinates,
    program: 4 * program.length,
    table: 8 * tableLength,
    delta: 8,
    values: 8,
    gradients: 8 * coordinates,
    scratch: 16 * numPairs * (form.terms.length + 1),
  });
  const memory = createMemory(bytes);
  const view = (buffer: Buffers, length: number) => new Float64Array(memory.buffer, addresses[buffer], length);
  view("delta", 1)[0] = delta;
  new Int32Array(memory.buffer, addresses.program, program.length).set(program);
  const shape = { columns: columns.length, coordinates, terms: form.terms.length };
  const kernel = instantiateKernels(module, memory).f64_power_law_huber;
  return {
    point: view("points", coordinates),
    table: view("table", tableLength),
    value: view("values", 1),
    gradient: view("gradients", coordinates),
    runOver(pairs) {
      const args = inOrder({ ...addresses, ...shape, pairs, outer: form.outer ?? -1, isLog: Number(isLog) });
      return () => kernel(0, 1, ...args);
    },
  };
}

/** The terms as the kernel reads them: number of factors, then coordinate, column and sign of each. */
function programOf({ terms }: PowerForm, columns: readonly Column[]): number[] {
  const indices = new Map(columns.map((column, i) => [columnKey(column), i]));
  return terms.flatMap((factors) => [
    factors.length,
    ...factors.flatMap(({ coordinate, column, sign }) => [coordinate, indices.get(columnKey(column)) ?? -1, sign]),
  ]);
}

/** Addresses of buffers of so many bytes, one after the other in a memory. */
function place(sizes: Readonly<Record<Buffers, number>>) {
  let bytes = SYSTEM_BYTES;
  const addresses = Object.fromEntries(
    Object.entries(sizes).map(([buffer, size]) => {
      const address = bytes;
      bytes += Math.ceil(size / 16) * 16;
      return [buffer, address];
    }),
  ) as Record<Buffers, number>;
  return { addresses, bytes };
}

function inOrder(args: KernelArgs<"f64_power_law_huber", number>): number[] {
  const names = Object.keys(kernels.f64_power_law_huber.args) as (keyof typeof args)[];
  return names.map((name) => args[name]);
}
