/** Trains one run from its start, or its last checkpoint, to its result. Platform-free: store, engine and data come in. */
import { DivergenceError } from "../core/errors.ts";
import { trainingFlops } from "../core/flops.ts";
import { sha256Hex } from "../core/hash.ts";
import type { RecordedConfig, RunEvent, RunResult, RunStatus, Variant } from "../core/record.ts";
import { VERSION } from "../core/version.ts";
import type { Engine } from "../engine/protocol.ts";
import { dataPerStep } from "../families/count.ts";
import { familyOf } from "../families/index.ts";
import { createMemory } from "../kernels/abi.ts";
import { methodOf } from "../methods/index.ts";
import type { DataSource } from "../sources/source.ts";
import { checkpointName, type RunStore } from "../store/store.ts";
import { type Progress, restoreCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { createDivergenceCheck } from "./divergence.ts";
import type { Evaluation } from "./evaluate.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { planProgram } from "./program.ts";
import { Session } from "./session.ts";

/** Anything with AbortSignal's first property; polled between steps. */
export interface StopSignal {
  readonly aborted: boolean;
}

export interface TrainInputs {
  readonly config: RecordedConfig;
  readonly data: DataSource;
  readonly store: RunStore;
  readonly threads: number;
  /** Noted in the record; who compiles the kernels sees to it. */
  readonly turbo?: boolean | undefined;
  /** The density at which weights become CSR, where the configuration leaves it to the machine. */
  readonly measuredSwitchDensity: () => Promise<number>;
  readonly createEngine: (options: {
    memory: WebAssembly.Memory;
    variant: Variant;
    threads: number;
  }) => Promise<Engine>;
  readonly signal?: StopSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Told what a user should know before the first step. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Trains until the last step, a stop, or divergence, and writes checkpoints, events and result to the store.
 *
 * @throws {MemoryError} before anything runs, where the plan does not fit
 * @throws {FormatError} where the store's checkpoint is of another kind or model
 * @throws {WorkerError} where a thread died; the last checkpoint remains
 */
export async function trainModel(inputs: TrainInputs): Promise<RunResult> {
  const { config, store, data, threads } = inputs;
  const checkpoint = await store.latestCheckpoint();
  const switchDensity =
    checkpoint === undefined ? await resolveSwitchDensity(inputs) : Number(checkpoint.metadata.switchDensity);
  const program = planProgram(config, data, { threads, switchDensity });
  if (checkpoint === undefined) for (const warning of warningsOf(config)) inputs.onWarning?.(warning);
  const engine = await inputs.createEngine({
    memory: createMemory(program.arena.bytes),
    variant: config.variant,
    threads,
  });
  try {
    const session = await Session.open(program, engine);
    const fresh: Progress = { step: 0, losses: [], nonzeroSteps: 0, seconds: 0, switchDensity };
    const progress = checkpoint === undefined ? fresh : restoreCheckpoint(session, checkpoint, `run ${store.id}`);
    await store.writeConfig(config);
    await store.truncateEvents(progress.step);
    return await new Trainer(inputs, session, progress).train();
  } finally {
    await engine.close();
  }
}

function warningsOf({ sparsity, training }: RecordedConfig): readonly string[] {
  const method = methodOf(sparsity);
  return method.warnings?.({ ...sparsity, method: method.name }, training.steps) ?? [];
}

function resolveSwitchDensity({ config, measuredSwitchDensity }: TrainInputs): Promise<number> {
  const { switchDensity, final } = config.sparsity;
  if (switchDensity !== "measured") return Promise.resolve(switchDensity);
  return final === 0 ? Promise.resolve(0) : measuredSwitchDensity();
}

class Trainer {
  readonly #inputs: TrainInputs;
  readonly #session: Session;
  readonly #progress: Progress;
  readonly #log: EventLog;
  #checkpointedStep = -1;

  constructor(inputs: TrainInputs, session: Session, progress: Progress) {
    this.#inputs = inputs;
    this.#session = session;
    this.#progress = progress;
    this.#log = createEventLog(inputs.store, inputs.config.training.steps, inputs.onEvent);
  }

  async train(): Promise<RunResult> {
    const { signal, config } = this.#inputs;
    await this.#announce();
    let status: RunStatus = "completed";
    try {
      const isDiverged = createDivergenceCheck(this.#progress.losses);
      while (this.#progress.step < config.training.steps) {
        if (signal?.aborted) return await this.#stop();
        await this.#oneStep(isDiverged);
      }
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      status = "diverged";
      return await this.#finish(status, undefined, error.message);
    }
    const evaluation = await this.#evaluate();
    await this.#checkpoint();
    return this.#finish(status, evaluation);
  }

  async #oneStep(isDiverged: (loss: number) => boolean): Promise<void> {
    const session = this.#session;
    const progress = this.#progress;
    const { step } = progress;
    const { evalEvery, checkpointEvery, steps } = this.#inputs.config.training;
    const began = performance.now();
    const update = session.updateBefore(step);
    if (update !== undefined) await this.#updateMasks(update);
    const { loss, rate } = await session.trainStep(step);
    const stepMs = performance.now() - began;
    progress.losses.push(loss);
    progress.nonzeroSteps += session.nonzeroParams;
    progress.seconds += stepMs / 1000;
    progress.step = step + 1;
    await this.#log.step({
      type: "step",
      step: step + 1,
      trainLoss: loss,
      learningRate: rate,
      sparsity: this.#sparsity(),
      stepMs,
    });
    if (isDiverged(loss))
      throw new DivergenceError(
        `training: the loss must stay finite and below its start; got ${loss} at step ${step + 1}. Lower training.learningRate or warm up longer.`,
        step + 1,
      );
    if (progress.step < steps && evalEvery > 0 && progress.step % evalEvery === 0) await this.#evaluate();
    if (progress.step < steps && checkpointEvery > 0 && progress.step % checkpointEvery === 0) await this.#checkpoint();
  }

  async #updateMasks(index: number): Promise<void> {
    await this.#session.changeMasks(index);
    const csrTensors = this.#session.program.model.parameters.filter((p) => p.format === "csr").length;
    await this.#log.event({
      type: "mask",
      step: this.#progress.step,
      sparsity: this.#sparsity(),
      nonzeroParams: this.#session.nonzeroParams,
      csrTensors,
    });
  }

  async #evaluate(): Promise<Evaluation> {
    const evaluation = await this.#session.evaluate();
    const { loss, accuracy, examples } = evaluation;
    await this.#log.event({
      type: "eval",
      step: this.#progress.step,
      validLoss: loss,
      validAccuracy: accuracy,
      validExamples: examples,
    });
    return evaluation;
  }

  async #checkpoint(): Promise<void> {
    const { step } = this.#progress;
    if (this.#checkpointedStep === step) return;
    await this.#log.event({ type: "checkpoint", step, file: checkpointName(step) });
    await this.#inputs.store.writeCheckpoint(saveCheckpoint(this.#session, this.#progress));
    this.#checkpointedStep = step;
  }

  async #announce(): Promise<void> {
    const { config, turbo = false } = this.#inputs;
    const { threads } = this.#session.engine;
    const { step, switchDensity } = this.#progress;
    await this.#log.event({
      type: "start",
      step,
      threads,
      variant: config.variant,
      turbo,
      switchDensity,
      time: new Date().toISOString(),
      version: VERSION,
    });
  }

  /** Saves everything; the result says "stopped" and is not written, so that the run goes on when it is started again. */
  async #stop(): Promise<RunResult> {
    await this.#checkpoint();
    return this.#result("stopped", undefined, `stopped after step ${this.#progress.step}; start it again to go on`);
  }

  async #finish(status: RunStatus, evaluation: Evaluation | undefined, message?: string): Promise<RunResult> {
    const result = this.#result(status, evaluation, message);
    await this.#inputs.store.writeResult(result);
    return result;
  }

  #sparsity(): number {
    return 1 - this.#session.nonzeroParams / this.#session.denseParams;
  }

  #result(status: RunStatus, evaluation: Evaluation | undefined, message?: string): RunResult {
    const { config, store, turbo = false } = this.#inputs;
    const { threads } = this.#session.engine;
    const { program, nonzeroParams, denseParams } = this.#session;
    const { step, losses, seconds, nonzeroSteps, switchDensity } = this.#progress;
    const dataOfStep = dataPerStep(config.model, config.training.batchSize);
    const tail = losses.slice(-Math.max(1, Math.round(0.05 * losses.length)));
    return {
      type: "result",
      id: store.id,
      ...(config.name === undefined ? {} : { name: config.name }),
      status,
      ...(message === undefined ? {} : { message }),
      config,
      validLoss: evaluation?.loss ?? Number.NaN,
      validAccuracy: evaluation?.accuracy ?? Number.NaN,
      trainLoss: tail.reduce((sum, loss) => sum + loss, 0) / tail.length,
      nonzeroParams,
      denseParams,
      totalParams: program.model.parameters.reduce((sum, p) => sum + p.size, 0),
      sparsity: this.#sparsity(),
      dataSeen: step * dataOfStep,
      dataUnit: familyOf(config.model).dataUnit,
      steps: step,
      trainFlops: trainingFlops(nonzeroSteps, dataOfStep),
      seconds,
      stepsPerSecond: step / seconds,
      threads,
      variant: config.variant,
      turbo,
      switchDensity,
      memoryBytes: this.#session.engine.memory.buffer.byteLength,
      parameterBytes: program.model.parameters.reduce((sum, p) => sum + p.usedBytes, 0),
      lossHash: hashLosses(losses),
      finishedAt: new Date().toISOString(),
      version: VERSION,
    };
  }
}

/** First 16 hex digits of the SHA-256 of the losses' bits, little-endian f64. */
export function hashLosses(losses: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(8 * losses.length));
  for (const [i, loss] of losses.entries()) bytes.setFloat64(8 * i, loss, true);
  return sha256Hex(new Uint8Array(bytes.buffer)).slice(0, 16);
}
