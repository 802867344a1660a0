/** What a sweep will cost, before it runs. */
import { runId } from "../config/run-id.ts";
import type { SweepConfig } from "../config/sweep-config.ts";
import { ConfigError } from "../core/errors.ts";
import { FLOPS_PER_WEIGHT, trainingFlops } from "../core/flops.ts";
import type { RecordedConfig } from "../core/record.ts";
import { type Origin, placeOf } from "../core/schema.ts";
import { dataPerStep, dimensionsOf, otherFlopsPerExample, parameterSpecs, productsOf } from "../families/count.ts";
import { wholePages } from "../kernels/abi.ts";
import type { ParameterSpec } from "../memory/parameter.ts";
import type { DataSource } from "../sources/source.ts";
import { maskPlan } from "../train/mask-plan.ts";
import { planProgram } from "../train/program.ts";
import { type GridRun, gridRuns } from "./grid.ts";

export interface PlannedRun extends GridRun {
  readonly id: string;
  /** Every parameter of the dense model, embeddings, norms, biases and head included. */
  readonly totalParams: number;
  /** C = 6·N·D·c_mul(S): see `trainFlops`. */
  readonly trainFlops: number;
  /** What the kernels execute: see `workFlops`. */
  readonly workFlops: number;
  /** Bytes of the run's WebAssembly memory. */
  readonly memoryBytes: number;
}

export interface SweepPlan {
  readonly name: string;
  readonly runs: readonly PlannedRun[];
  /** Content of the plugins that it was made with. */
  readonly pluginHashes: readonly string[];
}

/**
 * Counts every run of the grid.
 *
 * @param switchDensity density below which weights are stored as CSR, for the memory plan
 * @param pluginHashes content of the plugins that the sweep uses: what `loadPlugins` returned
 * @throws {ConfigError} where a run's settings do not work out, or two points of the grid are the same run
 * @throws {MemoryError} where a run does not fit into one WebAssembly memory
 */
export function planSweep(
  sweep: SweepConfig,
  data: DataSource,
  switchDensity: number,
  source: string | Origin = "sweep",
  pluginHashes: readonly string[] = [],
): SweepPlan {
  const runs = gridRuns(sweep, source, dimensionsOf(data)).map((run) =>
    planRun(run, data, switchDensity, pluginHashes),
  );
  for (const [i, run] of runs.entries()) {
    const twin = runs.slice(0, i).find(({ id }) => id === run.id);
    if (twin)
      throw new ConfigError(
        `${placeOf(source, ["grid"])}: grid must be of distinct runs; got the same model and steps for ${twin.config.name} and ${run.config.name}. ` +
          "Move the sizes or data amounts further apart.",
      );
  }
  return { name: sweep.name, runs, pluginHashes };
}

function planRun(run: GridRun, data: DataSource, switchDensity: number, pluginHashes: readonly string[]): PlannedRun {
  const { config } = run;
  const program = planProgram(config, data, { threads: 1, switchDensity });
  return {
    ...run,
    id: runId(config, data.fingerprint, pluginHashes),
    totalParams: program.model.parameters.reduce((sum, { size }) => sum + size, 0),
    trainFlops: trainFlops(config, data),
    workFlops: workFlops(config, data),
    memoryBytes: wholePages(program.arena.bytes),
  };
}

/** FLOPs that the kernels execute in a whole run: products of every token with the weights, attention, patch embedding, head. */
export function workFlops(config: RecordedConfig, data: DataSource): number {
  const { steps, batchSize } = config.training;
  const blocks = FLOPS_PER_WEIGHT * overSteps(config, data, productsOf);
  return batchSize * (blocks + steps * otherFlopsPerExample(config.model, dimensionsOf(data)));
}

/** C of the law: 6 · Σ over steps of non-zero block weights · data of a step, in the family's unit of data. */
export function trainFlops(config: RecordedConfig, data: DataSource): number {
  const weightSteps = overSteps(config, data, (_, weights) => weights);
  return trainingFlops(weightSteps, dataPerStep(config.model, config.training.batchSize));
}

/** Σ over steps and block weights of what a matrix with so many non-zeros counts for. */
function overSteps(
  config: RecordedConfig,
  data: DataSource,
  of: (spec: ParameterSpec, nonzeros: number) => number,
): number {
  const { updates, of: planOf } = maskPlan(config, 0);
  const lengths = updates.map(({ step }, i) => (updates[i + 1]?.step ?? config.training.steps) - step);
  const stepsBefore = updates[0]?.step ?? config.training.steps;
  let sum = 0;
  for (const spec of parameterSpecs(config.model, dimensionsOf(data))) {
    if (spec.role !== "block") continue;
    sum += stepsBefore * of(spec, spec.rows * spec.cols);
    for (const [i, { kept }] of planOf(spec).stages.entries()) sum += lengths[i]! * of(spec, kept);
  }
  return sum;
}
