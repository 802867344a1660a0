/** Training in Node: data from files, the run in a directory, workers from piscina. */
import { availableParallelism } from "node:os";
import { measuredSwitchDensity } from "../calibration/cache.ts";
import { loadPlugins, pluginsOf } from "../config/plugins.ts";
import { parseRunConfig, type RunConfigInput } from "../config/run-config.ts";
import { runId } from "../config/run-id.ts";
import type { RunEvent, RunResult } from "../core/record.ts";
import { threadsOnCores } from "../engine/cores.ts";
import { createEngine } from "../engine/engine.ts";
import { enableTurbo } from "../kernels/turbo.ts";
import { loadData } from "../sources/node.ts";
import type { DataSource } from "../sources/source.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { openRun } from "../store/run-directory.ts";
import { type StopSignal, trainModel } from "./trainer.ts";

export interface TrainOptions {
  /** Directory of runs; without it nothing is written. */
  readonly out?: string | undefined;
  /** What `loadData` gave for the run's settings, where that is done already. */
  readonly data?: DataSource | undefined;
  /** What relative paths of data and plugins are relative to; the working directory unless said. */
  readonly baseDir?: string | undefined;
  /** 1 unless said: kernels run on this thread. At most one a core will run, with a warning. */
  readonly threads?: number | undefined;
  /** Lets Node ≥ 24 fuse vector instructions: faster, experimental, the same bits. */
  readonly turbo?: boolean | undefined;
  /** Polled between steps; once aborted, the run checkpoints and returns with status "stopped". */
  readonly signal?: StopSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Trains a run, or goes on with it from its last checkpoint; a completed run is returned as its record has it.
 *
 * @throws {ConfigError} for settings, {FormatError} for files, {MemoryError} for size, {WorkerError} for a dead thread,
 *   {StateError} for turbo where it cannot be had
 * @example
 *     const result = await train({ model: { family: …, dModel: 64, … }, data: { kind: "text", paths: "*.md" }, … });
 */
export async function train(input: RunConfigInput, options: TrainOptions = {}): Promise<RunResult> {
  const { turbo = false, baseDir = process.cwd() } = options;
  if (turbo) enableTurbo();
  const pluginHashes = await loadPlugins(pluginsOf(input), baseDir);
  const config = parseRunConfig(input);
  const data = options.data ?? (await loadData(config.data, { baseDir }));
  const id = runId(config, data.fingerprint, pluginHashes);
  const store =
    options.out === undefined
      ? createMemoryStore(id)
      : await openRun(options.out, id, { onWarning: options.onWarning });
  try {
    const done = await store.readResult();
    if (done?.status === "completed") return done;
    const { signal, onEvent, onWarning } = options;
    const threads = threadsOnCores("train", options.threads ?? 1, availableParallelism(), onWarning);
    return await trainModel({
      config,
      data,
      store,
      threads,
      turbo,
      signal,
      onEvent,
      onWarning,
      createEngine,
      measuredSwitchDensity: () => measuredSwitchDensity(config.variant),
    });
  } finally {
    await store.close();
  }
}
