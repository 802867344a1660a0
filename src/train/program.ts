/** A run laid out in memory: parameters, batch, tapes and the areas they share. Nothing is computed here. */
import type { RecordedConfig } from "../core/record.ts";
import { dimensionsOf } from "../families/count.ts";
import { familyOf } from "../families/index.ts";
import { type BatchTensors, type ExampleReader, fieldLength, type Model } from "../families/model.ts";
import { Arena, align } from "../memory/arena.ts";
import { type Format, Parameter, type ParameterSpec } from "../memory/parameter.ts";
import type { Tensor } from "../memory/tensor.ts";
import { partialCount } from "../optimizers/clipping.ts";
import { optimizerOf } from "../optimizers/index.ts";
import type { OptimizerTensors } from "../optimizers/optimizer.ts";
import type { DataSource } from "../sources/source.ts";
import { stagingFor } from "../sparsity/staging.ts";
import { encodeTape, tapeBytes } from "../tape/encoding.ts";
import { type Placement, placeTransients, resolveTape } from "../tape/place.ts";
import type { Tape } from "../tape/tape.ts";
import { assertDataSize } from "./data-size.ts";
import { type MaskPlan, maskPlan } from "./mask-plan.ts";
import { recordEvaluation, recordGradients, recordStep } from "./step.ts";

export interface Program {
  readonly config: RecordedConfig;
  readonly model: Model;
  readonly reader: ExampleReader;
  readonly pruning: MaskPlan;
  readonly batch: BatchTensors;
  readonly optimizer: OptimizerTensors;
  /** Gradients of all weights of the matrices that are sparse at some time, for mask changes that rank by them. */
  readonly denseGradients: ReadonlyMap<Parameter, Tensor>;
  readonly arena: Arena;
  readonly areas: Areas;
}

export interface Areas {
  /** Addresses of the encoded tapes. */
  readonly trainTape: number;
  readonly evaluateTape: number;
  /** Of the gradients that some mask changes rank by; undefined where none does. */
  readonly gradientTape: number | undefined;
  readonly scratch: number;
  readonly scratchStride: number;
  /** Activations of either tape; between two tapes, the staging area of mask updates. */
  readonly transients: number;
}

/**
 * Plans all memory of a run for its largest moment in every format that it passes through.
 *
 * @throws {MemoryError} where one WebAssembly memory cannot hold it
 * @throws {ShapeError} where the model does not fit the data
 * @throws {ConfigError} where the data do not fill one batch
 */
export function planProgram(
  config: RecordedConfig,
  data: DataSource,
  { threads, switchDensity }: { threads: number; switchDensity: number },
): Program {
  const { batchSize } = config.training;
  const arena = new Arena();
  const pruning = maskPlan(config, switchDensity);
  const model = familyOf(config.model).build(config.model, {
    data: dimensionsOf(data),
    batchSize,
    declare: (spec) => planParameter(arena, spec, config, pruning),
  });
  const batch = planBatch(arena, model);
  const optimizer: OptimizerTensors = {
    clip: arena.persistent("optimizer scalars", "clip", "f32", 2),
    hyper: arena.persistent("optimizer scalars", "hyper", "f32", 4),
    partials: arena.persistent("optimizer scalars", "partials", "f64", partialCount(model.parameters)),
  };
  const denseGradients = planDenseGradients(arena, model, pruning);
  const areas = planAreas(arena, { config, model, pruning, batch, optimizer, denseGradients }, threads);
  const reader = model.reader(data);
  assertDataSize(reader, batchSize);
  arena.check("Use a smaller model.dModel, model.numLayers, training.batchSize or model.seqLen.");
  return { config, model, reader, pruning, batch, optimizer, denseGradients, arena, areas };
}

function planParameter(arena: Arena, spec: ParameterSpec, config: RecordedConfig, pruning: MaskPlan): Parameter {
  const { finalSparsity, csrCapacity } = pruning.of(spec);
  const { planes } = optimizerOf(config.training.optimizer);
  return new Parameter(arena, spec, {
    planes: ["value", "grad", ...planes],
    isPruned: finalSparsity > 0,
    csrCapacity,
  });
}

function planBatch(arena: Arena, { fields }: Model): BatchTensors {
  const tensors = Object.entries(fields).map(([name, field]) => {
    return [name, arena.persistent("batch", name, field.elementType, fieldLength(field))] as const;
  });
  return { fields: Object.fromEntries(tensors), totals: arena.persistent("batch", "totals", "f64", 3) };
}

function planDenseGradients(arena: Arena, { parameters }: Model, pruning: MaskPlan): Map<Parameter, Tensor> {
  const sparse = pruning.ranksByGradient ? parameters.filter(({ plan }) => plan.csrCapacity !== undefined) : [];
  return new Map(
    sparse.map((parameter) => [
      parameter,
      arena.persistent("dense gradients", `${parameter.name} dense gradient`, "f32", parameter.size),
    ]),
  );
}

type Recordable = Pick<Program, "config" | "model" | "pruning" | "batch" | "optimizer" | "denseGradients">;

function planAreas(arena: Arena, program: Recordable, threads: number): Areas {
  const stages = recordStages(program).map((tape) => ({ tape, placement: placeTransients(tape) }));
  const largest = (of: (stage: { tape: Tape; placement: Placement }) => number) => Math.max(...stages.map(of));
  const tapeSize = largest(({ tape, placement }) => tapeBytes(resolveTape(tape, placement, NOWHERE), threads));
  const tapeArea = () => arena.reserve("tapes", align(tapeSize));
  const scratchStride = largest(({ placement }) => placement.scratchBytes);
  const staging = Math.max(
    ...program.model.parameters.filter((p) => p.plan.isPruned).map((p) => stagingFor(p, 0).bytes),
    0,
  );
  return {
    trainTape: tapeArea(),
    evaluateTape: tapeArea(),
    gradientTape: program.pruning.ranksByGradient ? tapeArea() : undefined,
    scratch: arena.reserve("scratch", scratchStride * threads),
    scratchStride,
    transients: arena.reserve(
      "activations",
      Math.max(
        staging,
        largest(({ placement }) => placement.bytes),
      ),
    ),
  };
}

/** Areas of a tape of which only the size is asked. */
const NOWHERE = { transients: 0, scratch: 0, scratchStride: 0 };

/** All tapes in every combination of formats that the run will pass through; leaves all parameters dense. */
function recordStages(program: Recordable): Tape[] {
  const { model, pruning } = program;
  const record = () => Object.values(recordTapes(program)).filter((tape) => tape !== undefined);
  const tapes = record();
  for (const [index] of pruning.updates.entries()) {
    const formatOf = ({ spec }: Parameter) => pruning.of(spec).stages[index]!.format;
    const switching = model.parameters.filter((parameter) => parameter.format !== formatOf(parameter));
    for (const parameter of switching) storeFull(parameter, formatOf(parameter));
    if (switching.length > 0) tapes.push(...record());
  }
  for (const parameter of model.parameters) storeFull(parameter, "dense");
  return tapes;
}

/** With as many non-zeros as the plan ever has in the format. */
function storeFull(parameter: Parameter, format: Format): void {
  parameter.store(format, format === "dense" ? parameter.size : parameter.plan.csrCapacity!);
}

/** The tapes for the weights as they are stored now, by the names of their areas. */
function recordTapes({ model, batch, optimizer, config, pruning, denseGradients }: Recordable) {
  const { training } = config;
  return {
    trainTape: recordStep(model, batch, optimizer, training),
    evaluateTape: recordEvaluation(model, batch),
    gradientTape: pruning.ranksByGradient ? recordGradients(model, batch, training, denseGradients) : undefined,
  };
}

/** Records all tapes for the weights as they are stored now and writes them into memory. */
export function writeTapes(
  program: Program,
  memory: WebAssembly.Memory,
  options: { readonly threads: number; readonly version: number },
): void {
  const { areas } = program;
  const tapes = recordTapes(program);
  for (const name of ["trainTape", "evaluateTape", "gradientTape"] as const) {
    const [address, tape] = [areas[name], tapes[name]];
    if (address !== undefined && tape !== undefined)
      encodeTape(memory, address, resolveTape(tape, placeTransients(tape), areas), options);
  }
}
