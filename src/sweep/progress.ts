/** How far a sweep is and when it will be done, learnt from the rates of its own runs. */
import { makespan } from "./estimate.ts";
import type { PlannedRun } from "./plan.ts";

export interface SweepProgress {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly running: readonly RunningRun[];
  /** Share of the sweep's FLOPs that is done. */
  readonly share: number;
  /** undefined until a few seconds of steps give a rate. */
  readonly etaSeconds: number | undefined;
}

export interface RunningRun {
  readonly id: string;
  readonly name: string;
  readonly step: number;
  readonly steps: number;
  readonly trainLoss: number | undefined;
  readonly sparsity: number;
}

interface Lane extends RunningRun {
  readonly run: PlannedRun;
  /** Steps done before this sweep took the run up. */
  readonly firstStep: number;
  readonly startedMs: number;
}

/** Seconds of lanes before a rate is believed: the first ones compile kernels. */
const SETTLED_SECONDS = 4;

/** Keeps count; time is given to it, so that it can be tested. */
export class ProgressMeter {
  readonly #total: number;
  readonly #jobs: number;
  readonly #waiting: Set<PlannedRun>;
  readonly #lanes = new Map<string, Lane>();
  #completed: number;
  #failed = 0;
  #doneFlops: number;
  /** FLOPs and lane seconds of the runs that this sweep has ended. */
  #measured = { flops: 0, seconds: 0 };

  constructor(all: readonly PlannedRun[], missing: readonly PlannedRun[], jobs: number) {
    this.#total = all.length;
    this.#jobs = jobs;
    this.#waiting = new Set(missing);
    this.#completed = all.length - missing.length;
    this.#doneFlops = sum(all, workOf) - sum(missing, workOf);
  }

  begin(run: PlannedRun, nowMs: number): void {
    const { id, config } = run;
    this.#waiting.delete(run);
    this.#lanes.set(id, {
      run,
      id,
      name: config.name,
      step: 0,
      steps: config.training.steps,
      firstStep: 0,
      startedMs: nowMs,
      trainLoss: undefined,
      sparsity: 0,
    });
  }

  /** The run goes on from `step`. */
  resume(id: string, step: number): void {
    this.#update(id, { step, firstStep: step });
  }

  step(id: string, at: Pick<RunningRun, "step" | "trainLoss" | "sparsity">): void {
    this.#update(id, at);
  }

  end(id: string, outcome: "completed" | "failed" | "stopped", nowMs: number): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return;
    this.#lanes.delete(id);
    this.#measured.seconds += (nowMs - lane.startedMs) / 1000;
    this.#measured.flops += newWork(lane);
    if (outcome === "completed") {
      this.#completed++;
      this.#doneFlops += workOf(lane.run);
    }
    if (outcome === "failed") this.#failed++;
  }

  at(nowMs: number): SweepProgress {
    const lanes = [...this.#lanes.values()];
    const doneFlops = this.#doneFlops + sum(lanes, (lane) => workOf(lane.run) * shareOf(lane));
    const leftFlops = [
      ...[...this.#waiting].map(workOf),
      ...lanes.map((lane) => workOf(lane.run) * (1 - shareOf(lane))),
    ];
    const total = doneFlops + sum(leftFlops, (flops) => flops);
    return {
      total: this.#total,
      completed: this.#completed,
      failed: this.#failed,
      running: lanes.map(({ id, name, step, steps, trainLoss, sparsity }) => ({
        id,
        name,
        step,
        steps,
        trainLoss,
        sparsity,
      })),
      share: total === 0 ? 1 : doneFlops / total,
      etaSeconds: this.#eta(leftFlops, this.#rate(lanes, nowMs)),
    };
  }

  #eta(leftFlops: readonly number[], rate: number | undefined): number | undefined {
    if (leftFlops.length === 0) return 0;
    if (rate === undefined) return undefined;
    return makespan(
      leftFlops.map((flops) => flops / rate),
      this.#jobs,
    );
  }

  /** FLOPs a second of one lane, over everything this sweep has computed. */
  #rate(lanes: readonly Lane[], nowMs: number): number | undefined {
    const flops = this.#measured.flops + sum(lanes, newWork);
    const seconds = this.#measured.seconds + sum(lanes, (lane) => (nowMs - lane.startedMs) / 1000);
    return flops > 0 && seconds >= SETTLED_SECONDS ? flops / seconds : undefined;
  }

  #update(id: string, change: Partial<Lane>): void {
    const lane = this.#lanes.get(id);
    if (lane !== undefined) this.#lanes.set(id, { ...lane, ...change });
  }
}

const workOf = (run: PlannedRun): number => run.workFlops;
const shareOf = ({ step, steps }: Lane): number => step / steps;
const newWork = (lane: Lane): number => (workOf(lane.run) * (lane.step - lane.firstStep)) / lane.steps;
const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
