/** A run laid out in memory: parameters, batch, tapes and the areas they share. Nothing is computed here. */
import type { RunConfig } from "../core/config.ts";
import { checkDataSize } from "../data/batch.ts";
import type { DataSource } from "../data/source.ts";
import { Arena, align } from "../memory/arena.ts";
import { Parameter, type ParameterSpec } from "../memory/parameter.ts";
import { decoder } from "../models/decoder.ts";
import type { BatchTensors, Model } from "../models/model.ts";
import { vit } from "../models/vit.ts";
import { type OptimizerTensors, partialCount, statePlanes } from "../optim/optimizer.ts";
import { stagingFor } from "../sparsity/staging.ts";
import { encodeTape, tapeBytes } from "../tape/encoding.ts";
import { type Placement, placeTransients, resolveTape } from "../tape/place.ts";
import type { Tape } from "../tape/tape.ts";
import { type PruningPlan, pruningPlan } from "./pruning-plan.ts";
import { recordEvaluation, recordStep } from "./step.ts";

export interface Program {
  readonly config: RunConfig;
  readonly model: Model;
  readonly pruning: PruningPlan;
  readonly batch: BatchTensors;
  readonly optimizer: OptimizerTensors;
  readonly arena: Arena;
  readonly areas: Areas;
}

export interface Areas {
  /** Addresses of the encoded tapes. */
  readonly trainTape: number;
  readonly evaluateTape: number;
  readonly scratch: number;
  readonly scratchStride: number;
  /** Activations of either tape; between two tapes, the staging area of mask updates. */
  readonly transients: number;
}

/**
 * Plans all memory of a run for its largest moment: dense before the switch, CSR at its first, densest update.
 *
 * @throws {MemoryError} where one WebAssembly memory cannot hold it
 * @throws {ShapeError} where the model does not fit the data
 * @throws {ConfigError} where the data do not fill one batch
 */
export function planProgram(
  config: RunConfig,
  data: DataSource,
  { threads, switchDensity }: { threads: number; switchDensity: number },
): Program {
  const arena = new Arena();
  const pruning = pruningPlan(config, switchDensity);
  const model = buildModel(config, data, (spec) => planParameter(arena, spec, config, pruning));
  const { batch } = model;
  const io: BatchTensors = {
    inputs: arena.persistent("batch", "inputs", batch.inputs.elementType, batch.inputs.length),
    labels: arena.persistent("batch", "labels", "i32", batch.labels.length),
    totals: arena.persistent("batch", "totals", "f64", 3),
  };
  const optimizer: OptimizerTensors = {
    clip: arena.persistent("optimizer scalars", "clip", "f32", 2),
    hyper: arena.persistent("optimizer scalars", "hyper", "f32", 4),
    partials: arena.persistent("optimizer scalars", "partials", "f64", partialCount(model.parameters)),
  };
  const areas = planAreas(arena, { config, model, pruning, batch: io, optimizer }, threads);
  checkDataSize(data, { batchSize: config.training.batchSize, seqLen: model.layout.seqLen });
  arena.check("Use a smaller model.dModel, model.numLayers, training.batchSize or model.seqLen.");
  return { config, model, pruning, batch: io, optimizer, arena, areas };
}

function buildModel(config: RunConfig, data: DataSource, declare: (spec: ParameterSpec) => Parameter): Model {
  const { batchSize } = config.training;
  if (config.model.family === "decoder" && data.kind === "tokens")
    return decoder(config.model, { vocabSize: data.vocabSize, batchSize, declare });
  if (config.model.family === "vit" && data.kind === "images")
    return vit(config.model, { image: data, batchSize, declare });
  throw new TypeError(`a ${config.model.family} cannot read ${data.kind}`);
}

function planParameter(arena: Arena, spec: ParameterSpec, config: RunConfig, pruning: PruningPlan): Parameter {
  const { finalSparsity, kept, switchAt } = pruning.of(spec);
  return new Parameter(arena, spec, {
    planes: ["value", "grad", ...statePlanes(config.training.optimizer)],
    isPruned: finalSparsity > 0,
    csrCapacity: switchAt === undefined ? undefined : kept[switchAt],
  });
}

type Recordable = Pick<Program, "config" | "model" | "pruning" | "batch" | "optimizer">;

function planAreas(arena: Arena, program: Recordable, threads: number): Areas {
  const stages = recordStages(program);
  const largest = (of: (tape: Tape, placement: Placement) => number) =>
    Math.max(...stages.map((tape) => of(tape, placeTransients(tape))));
  const tapeArea = () =>
    arena.reserve(
      "tapes",
      largest((tape) => tapeSize(tape)),
    );
  const scratchStride = largest((_, { scratchBytes }) => scratchBytes);
  const staging = Math.max(
    ...program.model.parameters.filter((p) => p.plan.isPruned).map((p) => stagingFor(p, 0).bytes),
    0,
  );
  return {
    trainTape: tapeArea(),
    evaluateTape: tapeArea(),
    scratch: arena.reserve("scratch", scratchStride * threads),
    scratchStride,
    transients: arena.reserve(
      "activations",
      Math.max(
        staging,
        largest((_, { bytes }) => bytes),
      ),
    ),
  };
}

function tapeSize(tape: Tape): number {
  const area = { transients: 0, scratch: 0, scratchStride: 0 };
  return align(tapeBytes(resolveTape(tape, placeTransients(tape), area)));
}

/** Both tapes in every combination of formats that the run will pass through; leaves all parameters dense. */
function recordStages({ model, batch, optimizer, config, pruning }: Recordable): Tape[] {
  const record = () => [recordStep(model, batch, optimizer, config.training), recordEvaluation(model, batch)];
  const tapes = record();
  for (const [index] of pruning.updates.entries()) {
    const switching = model.parameters.filter((parameter) => pruning.of(parameter.spec).switchAt === index);
    for (const parameter of switching) parameter.switchToCsr(parameter.plan.csrCapacity!);
    if (switching.length > 0) tapes.push(...record());
  }
  for (const parameter of model.parameters) parameter.reset();
  return tapes;
}

/** Records both tapes for the weights as they are stored now and writes them into memory. */
export function writeTapes(program: Program, memory: WebAssembly.Memory, version: number): void {
  const { model, batch, optimizer, config, areas } = program;
  const write = (address: number, tape: Tape) =>
    encodeTape(memory, address, resolveTape(tape, placeTransients(tape), areas), version);
  write(areas.trainTape, recordStep(model, batch, optimizer, config.training));
  write(areas.evaluateTape, recordEvaluation(model, batch));
}
