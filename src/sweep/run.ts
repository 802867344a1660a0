/** Runs what is missing of a sweep, one run a core, longest first. */
import { WorkerError } from "../core/errors.ts";
import type { RunEvent, RunResult } from "../core/record.ts";
import type { PlannedRun, SweepPlan } from "./plan.ts";
import type { RunMessage, RunPool } from "./pool.ts";
import { ProgressMeter, type SweepProgress } from "./progress.ts";

export interface SweepOptions {
  /** Directory of the run directories. */
  readonly out: string;
  /** The data of all runs in shared memory; undefined where each worker has to load them: `loadShared`. */
  readonly content?: unknown;
  /** What relative data paths are relative to. */
  readonly baseDir: string;
  /** Runs at a time. */
  readonly jobs: number;
  readonly turbo: boolean;
  readonly pool: RunPool;
  /** Ids of completed runs: they are not run again. */
  readonly completed: ReadonlySet<string>;
  /** Aborting it lets every running job checkpoint and stop. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: SweepEvent) => void) | undefined;
}

export interface RunName {
  readonly id: string;
  readonly name: string;
}

export interface FailedRun extends RunName {
  readonly message: string;
}

export type SweepEvent =
  | ({ readonly type: "run-start" } & RunName)
  | ({ readonly type: "run-end"; readonly result: RunResult } & RunName)
  | ({ readonly type: "run-failed" } & FailedRun)
  | ({ readonly type: "warning" } & FailedRun)
  | ({ readonly type: "progress" } & SweepProgress);

/** What became of a sweep, as its record has it. */
export interface SweepSummary {
  readonly type: "sweep";
  readonly name: string;
  readonly total: number;
  /** Completed runs, the ones of earlier calls included. */
  readonly completed: number;
  readonly failed: readonly FailedRun[];
  /** Runs that were stopped, or not begun, because the sweep was. */
  readonly left: number;
  readonly seconds: number;
  /** SHA-256 (first 16 hex digits) of the ids and loss hashes of all runs, once all are completed. */
  readonly lossHash?: string;
}

/**
 * Trains the runs of `plan` that are not completed. A run that fails, or whose worker dies, is recorded in the summary and
 * the others go on.
 */
export async function runSweep(plan: SweepPlan, options: SweepOptions): Promise<SweepSummary> {
  const { pool, signal } = options;
  const stop = () => pool.stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Scheduler(plan, options).run();
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
}

class Scheduler {
  readonly #plan: SweepPlan;
  readonly #options: SweepOptions;
  readonly #queue: PlannedRun[];
  readonly #meter: ProgressMeter;
  readonly #failed: FailedRun[] = [];
  #completed: number;

  constructor(plan: SweepPlan, options: SweepOptions) {
    const missing = plan.runs.filter(({ id }) => !options.completed.has(id));
    this.#plan = plan;
    this.#options = options;
    this.#queue = missing.toSorted((a, b) => b.workFlops - a.workFlops);
    this.#meter = new ProgressMeter(plan.runs, missing, options.jobs);
    this.#completed = plan.runs.length - missing.length;
  }

  async run(): Promise<SweepSummary> {
    const begin = performance.now();
    await Promise.all(Array.from({ length: this.#options.jobs }, () => this.#lane()));
    const total = this.#plan.runs.length;
    const [completed, failed] = [this.#completed, this.#failed];
    const seconds = (performance.now() - begin) / 1000;
    return {
      type: "sweep",
      name: this.#plan.name,
      total,
      completed,
      failed,
      left: total - completed - failed.length,
      seconds,
    };
  }

  /** Takes the longest run that is left until there is none. */
  async #lane(): Promise<void> {
    while (!this.#options.signal?.aborted) {
      const run = this.#queue.shift();
      if (run === undefined) return;
      await this.#train(run);
    }
  }

  async #train(run: PlannedRun): Promise<void> {
    const { pool, content, out, baseDir, turbo } = this.#options;
    const { pluginHashes } = this.#plan;
    const { id, config } = run;
    const named = { id, name: config.name };
    this.#emit({ type: "run-start", ...named });
    this.#meter.begin(run, performance.now());
    try {
      const job = { config, content, pluginHashes, out, baseDir, turbo };
      const outcome = await pool.run(job, (message) => this.#receive(run, message));
      if (outcome.type === "error") this.#fail(named, outcome.message);
      else this.#end(named, outcome.result);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      this.#fail(named, error.message);
    }
    this.#emitProgress();
  }

  #end(run: RunName, result: RunResult): void {
    const { status } = result;
    if (status === "diverged" || status === "failed") this.#fail(run, result.message ?? status);
    else {
      if (status === "completed") this.#completed++;
      this.#meter.end(run.id, status, performance.now());
      this.#emit({ type: "run-end", ...run, result });
    }
  }

  #fail(run: RunName, message: string): void {
    this.#failed.push({ ...run, message });
    this.#meter.end(run.id, "failed", performance.now());
    this.#emit({ type: "run-failed", ...run, message });
  }

  #receive({ id, config }: PlannedRun, message: RunMessage): void {
    if (message.type === "warning") this.#emit({ ...message, id, name: config.name });
    else this.#follow(id, message.event);
  }

  #follow(id: string, event: RunEvent): void {
    if (event.type === "start") this.#meter.resume(id, event.step);
    if (event.type !== "step") return;
    this.#meter.step(id, event);
    this.#emitProgress();
  }

  #emitProgress(): void {
    this.#emit({ type: "progress", ...this.#meter.at(performance.now()) });
  }

  #emit(event: SweepEvent): void {
    this.#options.onEvent?.(event);
  }
}
