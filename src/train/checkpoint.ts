/** A session's state as a checkpoint, and back: continuing from it gives the bits of an uninterrupted run. */
import { FormatError } from "../core/errors.ts";
import type { Parameter } from "../memory/parameter.ts";
import { readDense, readMask, restoreParameter } from "../sparsity/snapshot.ts";
import type { Checkpoint, NamedArray } from "../store/store.ts";
import type { Session } from "./session.ts";

/** What the trainer itself carries from step to step. */
export interface Progress {
  /** Steps done. */
  step: number;
  /** Training loss of every step so far. */
  losses: number[];
  /** Σ over steps of the non-zero weights of attention and MLP. */
  nonzeroSteps: number;
  /** Time spent in training steps. */
  seconds: number;
  switchDensity: number;
}

export function saveCheckpoint(session: Session, progress: Progress): Checkpoint {
  const tensors = new Map<string, NamedArray>();
  const parameters = session.program.model.parameters;
  for (const parameter of parameters) saveParameter(session, parameter, tensors);
  tensors.set("training.losses", { shape: [progress.step], data: Float64Array.from(progress.losses) });
  const metadata = {
    seed: String(session.program.config.seed),
    nonzeroSteps: String(progress.nonzeroSteps),
    seconds: String(progress.seconds),
    switchDensity: String(progress.switchDensity),
    csr: JSON.stringify(parameters.filter((p) => p.format === "csr").map((p) => p.name)),
  };
  return { step: progress.step, tensors, metadata };
}

function saveParameter({ pruner }: Session, parameter: Parameter, tensors: Map<string, NamedArray>): void {
  const { rows, cols, name } = parameter.spec;
  const shape = cols === 1 ? [rows] : [rows, cols];
  for (const plane of checkpointPlanes(parameter))
    tensors.set(tensorName(name, plane), { shape, data: readDense(pruner, parameter, plane) });
  if (parameter.plan.isPruned) tensors.set(tensorName(name, "mask"), { shape, data: readMask(pruner, parameter) });
}

/** Gradients are overwritten by the next step and need no saving. */
function checkpointPlanes(parameter: Parameter): string[] {
  return parameter.plan.planes.filter((plane) => plane !== "grad");
}

/** Weights keep their own names, so that other tools find them; the rest stands under `training.`. */
function tensorName(name: string, plane: string): string {
  return plane === "value" ? name : `training.${plane}.${name}`;
}

/**
 * Puts a session into the state of a checkpoint.
 *
 * @param source what to name in messages
 * @throws {FormatError} where the checkpoint is of another model
 */
export function restoreCheckpoint(session: Session, checkpoint: Checkpoint, source: string): Progress {
  const { metadata } = checkpoint;
  const csr = new Set<string>(JSON.parse(metadata.csr ?? "[]"));
  for (const parameter of session.program.model.parameters) {
    const array = (plane: string) => tensorOf(checkpoint, parameter, plane, source);
    const planes = new Map(checkpointPlanes(parameter).map((plane) => [plane, array(plane) as Float32Array]));
    const mask = parameter.plan.isPruned ? (array("mask") as Uint8Array) : undefined;
    restoreParameter(session.pruner, parameter, { planes, mask, format: csr.has(parameter.name) ? "csr" : "dense" });
  }
  session.recordTapes();
  const losses = checkpoint.tensors.get("training.losses")?.data ?? [];
  return {
    step: checkpoint.step,
    losses: [...losses],
    nonzeroSteps: Number(metadata.nonzeroSteps),
    seconds: Number(metadata.seconds),
    switchDensity: Number(metadata.switchDensity),
  };
}

function tensorOf(checkpoint: Checkpoint, parameter: Parameter, plane: string, source: string): NamedArray["data"] {
  const name = tensorName(parameter.name, plane);
  const tensor = checkpoint.tensors.get(name);
  const Expected = plane === "mask" ? Uint8Array : Float32Array;
  if (tensor?.data instanceof Expected && tensor.data.length === parameter.size) return tensor.data;
  const got = tensor === undefined ? "no such tensor" : `shape (${tensor.shape.join(", ")})`;
  throw new FormatError(
    source,
    `checkpoint: ${name} must be (${parameter.spec.rows}, ${parameter.spec.cols}) ${Expected.name}; got ${got}. ` +
      "The checkpoint belongs to another model: use another run directory.",
  );
}
