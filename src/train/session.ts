/** A program with an engine under it: the state of a run between two steps. */
import type { Engine } from "../engine/protocol.ts";
import { instantiateKernels } from "../kernels/abi.ts";
import { compileKernels } from "../kernels/variant.ts";
import type { Parameter } from "../memory/parameter.ts";
import { addressOf, type Tensor } from "../memory/tensor.ts";
import { needsGradient } from "../methods/method.ts";
import { optimizerOf } from "../optimizers/index.ts";
import { rateOf } from "../rates/index.ts";
import { changeMask } from "../sparsity/changes/index.ts";
import type { Pruner } from "../sparsity/pruner.ts";
import { type BatchFiller, createBatchFiller } from "./batch-filler.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { initialiseParameters } from "./initialise.ts";
import { changeOf } from "./mask-plan.ts";
import { type Program, writeTapes } from "./program.ts";

export class Session {
  readonly program: Program;
  readonly engine: Engine;
  readonly pruner: Pruner;
  readonly #fill: BatchFiller;
  #tapeVersion = 0;

  private constructor(program: Program, engine: Engine, pruner: Pruner) {
    this.program = program;
    this.engine = engine;
    this.pruner = pruner;
    this.#fill = createBatchFiller(program, engine.memory);
  }

  /**
   * Puts initial weights into the engine's memory and records the tapes.
   *
   * @param module the compiled build, where it is not to be the one that everything shares
   */
  static async open(program: Program, engine: Engine, module?: WebAssembly.Module): Promise<Session> {
    const kernels = instantiateKernels(module ?? (await compileKernels(program.config.variant)), engine.memory);
    const pruner = { kernels, memory: engine.memory, stagingBase: program.areas.transients };
    const session = new Session(program, engine, pruner);
    initialiseParameters(program.model.parameters, program.config.seed, engine.memory);
    session.recordTapes();
    return session;
  }

  /** Writes both tapes anew, after a mask or a format has changed. */
  recordTapes(): void {
    const { memory, threads } = this.engine;
    writeTapes(this.program, memory, { threads, version: ++this.#tapeVersion });
  }

  /** Index of the mask update that falls before `step`, if any. */
  updateBefore(step: number): number | undefined {
    const index = this.program.pruning.updates.findIndex((update) => update.step === step);
    return index < 0 ? undefined : index;
  }

  /** Carries out mask update `index`, ranking by the gradients of the coming step's batch where it asks for them. */
  async changeMasks(index: number): Promise<void> {
    const { pruning, areas } = this.program;
    const change = pruning.updates[index]!;
    if (needsGradient(change)) {
      this.#fill.trainingBatch(change.step);
      await this.engine.run(areas.gradientTape!);
    }
    this.applyUpdate(index);
  }

  /** Carries out mask update `index` on every pruned weight, with the gradients that lie there. */
  applyUpdate(index: number): void {
    const { model, pruning, config } = this.program;
    const planned = pruning.updates[index]!;
    for (const parameter of model.parameters) {
      const change = changeOf(planned, pruning.of(parameter.spec), index);
      if (change === undefined) continue;
      const denseGradient = needsGradient(planned) ? this.#denseGradient(parameter) : undefined;
      changeMask(this.pruner, parameter, change, { seed: config.seed, step: planned.step, denseGradient });
    }
    this.recordTapes();
  }

  #denseGradient(parameter: Parameter): number {
    return addressOf(parameter.format === "dense" ? parameter.grad : this.program.denseGradients.get(parameter)!);
  }

  /** One optimizer step on the batch of `step`; the mean training loss in nats. */
  async trainStep(step: number): Promise<{ loss: number; rate: number }> {
    const { config, optimizer, areas } = this.program;
    const { training } = config;
    const rate = rateOf(training.learningRate).rate(training.learningRate, step, training.steps);
    const hyper = optimizerOf(training.optimizer).hyperParameters(training.optimizer, step, rate);
    this.floats(optimizer.hyper).set(hyper);
    this.#fill.trainingBatch(step);
    await this.engine.run(areas.trainTape);
    const [loss, , labels] = this.totals();
    return { loss: loss / labels, rate };
  }

  /** Mean loss and accuracy over the held-out split. */
  evaluate(): Promise<Evaluation> {
    const { batchSize, evalExamples } = this.program.config.training;
    const { numValidation, validationBatch } = this.#fill;
    const evaluateBatch = async (first: number, end: number) => {
      validationBatch(first, end);
      await this.engine.run(this.program.areas.evaluateTape);
      return this.totals();
    };
    return evaluate({ numValidation, batchSize, evaluateBatch }, evalExamples);
  }

  /** Summed loss, hits and labels of the tape that ran last. */
  totals(): [loss: number, hits: number, labels: number] {
    const totals = new Float64Array(this.engine.memory.buffer, addressOf(this.program.batch.totals), 3);
    return [totals[0]!, totals[1]!, totals[2]!];
  }

  /** Non-zero weights of attention and MLP: the paper's N. */
  get nonzeroParams(): number {
    return countBlocks(this.program, (parameter) => parameter.nonzeros);
  }

  get denseParams(): number {
    return countBlocks(this.program, (parameter) => parameter.size);
  }

  floats(tensor: Tensor): Float32Array {
    return new Float32Array(this.engine.memory.buffer, addressOf(tensor), tensor.length);
  }
}

function countBlocks({ model }: Program, count: (parameter: { nonzeros: number; size: number }) => number): number {
  return model.parameters.filter((p) => p.spec.role === "block").reduce((sum, p) => sum + count(p), 0);
}
