/** Sweeps in Node: data from files, runs in directories, jobs on worker threads. */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { measuredSwitchDensity } from "../calibration/cache.ts";
import { loadPlugins, pluginsOf } from "../config/plugins.ts";
import { parseSweepConfig, type SweepConfig, type SweepConfigInput } from "../config/sweep-config.ts";
import { sha256Hex } from "../core/hash.ts";
import type { RunResult } from "../core/record.ts";
import type { Origin } from "../core/schema.ts";
import { enableTurbo } from "../kernels/turbo.ts";
import { fileReader } from "../sources/node.ts";
import { loadShared, type SharedData } from "../sources/shared.ts";
import { replaceFile } from "../store/files.ts";
import { listRuns } from "../store/run-directory.ts";
import { train } from "../train/node.ts";
import { makespan, measureRate } from "./estimate.ts";
import { planSweep, type SweepPlan } from "./plan.ts";
import { createRunPool } from "./pool.ts";
import { runSweep, type SweepEvent, type SweepSummary } from "./run.ts";

export interface SweepSettings {
  /** Directory of the run directories. */
  readonly out: string;
  /** What relative data paths are relative to; the working directory unless said. */
  readonly baseDir?: string | undefined;
  /** What to name in messages: the sweep file. */
  readonly source?: string | Origin | undefined;
  /** Runs at a time, one core each; as many as there are cores unless said. */
  readonly jobs?: number | undefined;
  /** Lets Node ≥ 24 fuse vector instructions: faster, experimental, the same bits. */
  readonly turbo?: boolean | undefined;
  /** Aborting it lets every running job checkpoint and stop. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: SweepEvent) => void) | undefined;
}

/** A sweep whose data are read and whose runs are counted, with what is done of it already. */
export interface PreparedSweep extends SharedData {
  readonly plan: SweepPlan;
  readonly completed: ReadonlyMap<string, RunResult>;
  readonly jobs: number;
  readonly settings: SweepSettings;
}

/** Seconds, by the rate at which this machine trains. */
export interface SweepEstimate {
  readonly runSeconds: readonly number[];
  /** Of all runs that are not completed, on the sweep's jobs. */
  readonly leftSeconds: number;
}

/**
 * Trains every run of a grid that has no result yet, and says what became of each.
 *
 * @throws {ConfigError} for settings, {FormatError} for data files, {MemoryError} for a run that cannot fit: before any run starts
 * @example
 *     const { completed, failed } = await sweep(config, { out: "runs" });
 */
export async function sweep(config: SweepConfigInput, settings: SweepSettings): Promise<SweepSummary> {
  await loadPlugins(pluginsOf(config), baseDirOf(settings));
  return await runPrepared(await prepareSweep(parseSweepConfig(config), settings));
}

/** Reads the data, counts the runs and looks up which of them are completed. */
export async function prepareSweep(config: SweepConfig, settings: SweepSettings): Promise<PreparedSweep> {
  if (settings.turbo) enableTurbo();
  const pluginHashes = await loadPlugins(config.base.plugins, baseDirOf(settings));
  const shared = await loadShared(config.base.data, fileReader(baseDirOf(settings)));
  const { switchDensity } = config.base.sparsity;
  // Measured here, once, so that jobs that start together do not each measure it and disagree.
  const density = switchDensity === "measured" ? await measuredSwitchDensity(config.base.variant) : switchDensity;
  const plan = planSweep(config, shared.data, density, settings.source, pluginHashes);
  const jobs = Math.min(settings.jobs ?? availableParallelism(), plan.runs.length);
  return { ...shared, plan, completed: await completedOf(plan, settings.out), jobs, settings };
}

async function completedOf(plan: SweepPlan, out: string): Promise<Map<string, RunResult>> {
  const ids = new Set(plan.runs.map(({ id }) => id));
  const runs = await listRuns(out);
  return new Map(
    runs.flatMap(({ id, result }) => (result?.status === "completed" && ids.has(id) ? [[id, result] as const] : [])),
  );
}

/** How long the sweep would take: at the rate of its completed runs, or else at one measured in a few steps now. */
export async function estimateSweep({ plan, data, completed, jobs, settings }: PreparedSweep): Promise<SweepEstimate> {
  const done = plan.runs.filter(({ id }) => completed.has(id));
  const seconds = done.reduce((sum, { id }) => sum + completed.get(id)!.seconds, 0);
  const flops = done.reduce((sum, { workFlops }) => sum + workFlops, 0);
  const rate = done.length > 0 ? flops / seconds : await measureRate(plan.runs, data, train, baseDirOf(settings));
  const left = plan.runs.filter(({ id }) => !completed.has(id));
  return {
    runSeconds: plan.runs.map(({ workFlops }) => workFlops / rate),
    leftSeconds: makespan(
      left.map(({ workFlops }) => workFlops / rate),
      jobs,
    ),
  };
}

/** Trains what is missing; the summary is also kept beside the runs, as `<name>.sweep.json`. */
export async function runPrepared({ plan, content, completed, jobs, settings }: PreparedSweep): Promise<SweepSummary> {
  const { out, turbo = false, signal, onEvent } = settings;
  await mkdir(out, { recursive: true });
  const ran = await runSweep(plan, {
    content,
    out,
    baseDir: baseDirOf(settings),
    jobs,
    turbo,
    signal,
    onEvent,
    completed: new Set(completed.keys()),
    pool: createRunPool({ jobs }),
  });
  const summary = { ...ran, ...lossHashOf([...(await completedOf(plan, out)).values()], plan) };
  await writeSummary(out, summary);
  return summary;
}

/** The bits of every loss of every run, once all are completed. */
function lossHashOf(results: readonly RunResult[], { runs }: SweepPlan): { lossHash?: string } {
  if (results.length < runs.length) return {};
  const lines = results.map(({ id, lossHash }) => `${id} ${lossHash}`).sort();
  return { lossHash: sha256Hex(lines.join("\n")).slice(0, 16) };
}

async function writeSummary(out: string, summary: SweepSummary): Promise<void> {
  const file = join(out, `${summary.name.replaceAll(/[^\w.-]+/g, "-")}.sweep.json`);
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, `${JSON.stringify(summary, null, 2)}\n`);
  await replaceFile(beside, file);
}

const baseDirOf = ({ baseDir }: SweepSettings): string => baseDir ?? process.cwd();
