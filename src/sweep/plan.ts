/** What a sweep will cost, before it runs. */

import { runId } from "../core/canonical.ts";
import type { RunConfig } from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";
import { type Origin, placeOf } from "../core/schema.ts";
import type { DataSource } from "../data/source.ts";
import { wholePages } from "../kernels/abi.ts";
import {
  dimensionsOf,
  FLOPS_PER_WEIGHT,
  nonzeroBlockWeights,
  otherFlopsPerToken,
  tokensPerExample,
  unitsPerExample,
} from "../models/count.ts";
import { cubicRamp } from "../sparsity/schedule.ts";
import { planProgram } from "../train/program.ts";
import type { SweepConfig } from "./config.ts";
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
}

/**
 * Counts every run of the grid.
 *
 * @param switchDensity density below which weights are stored as CSR, for the memory plan
 * @throws {ConfigError} where a run's settings do not work out, or two points of the grid are the same run
 * @throws {MemoryError} where a run does not fit into one WebAssembly memory
 */
export function planSweep(
  sweep: SweepConfig,
  data: DataSource,
  switchDensity: number,
  source: string | Origin = "sweep",
): SweepPlan {
  const runs = gridRuns(sweep, source).map((run) => planRun(run, data, switchDensity));
  for (const [i, run] of runs.entries()) {
    const twin = runs.slice(0, i).find(({ id }) => id === run.id);
    if (twin)
      throw new ConfigError(
        `${placeOf(source, ["grid"])}: grid must be of distinct runs; got the same model and steps for ${twin.config.name} and ${run.config.name}. ` +
          "Move the sizes or data amounts further apart.",
      );
  }
  return { name: sweep.name, runs };
}

function planRun(run: GridRun, data: DataSource, switchDensity: number): PlannedRun {
  const { config } = run;
  const program = planProgram(config, data, { threads: 1, switchDensity });
  return {
    ...run,
    id: runId(config, data.fingerprint),
    totalParams: program.model.parameters.reduce((sum, { size }) => sum + size, 0),
    trainFlops: trainFlops(config),
    workFlops: workFlops(config, data),
    memoryBytes: wholePages(program.arena.bytes),
  };
}

/** FLOPs that the kernels execute in a whole run: products of every token with the weights, attention, patch embedding, head. */
export function workFlops(config: RunConfig, data: DataSource): number {
  const dimensions = dimensionsOf(data);
  const tokensPerStep = config.training.batchSize * tokensPerExample(config.model, dimensions);
  const other = config.training.steps * otherFlopsPerToken(config.model, dimensions);
  return tokensPerStep * (FLOPS_PER_WEIGHT * weightSteps(config) + other);
}

/** C of the law: 6 · Σ over steps of non-zero block weights · data of a step, in tokens or in images. */
export function trainFlops(config: RunConfig): number {
  return FLOPS_PER_WEIGHT * weightSteps(config) * config.training.batchSize * unitsPerExample(config.model);
}

/** Σ over steps of the block weights that are not pruned. */
function weightSteps({ model, sparsity, training }: RunConfig): number {
  let sum = 0;
  let [step, weights] = [0, nonzeroBlockWeights(model, 0)];
  for (const update of cubicRamp(sparsity, training.steps)) {
    sum += (update.step - step) * weights;
    [step, weights] = [update.step, nonzeroBlockWeights(model, sparsity.final * update.progress)];
  }
  return sum + (training.steps - step) * weights;
}
