/** Gives a tape's transient tensors their places in one shared area, and turns the tape into calls on addresses. */
import { StateError } from "../core/errors.ts";
import { align } from "../memory/arena.ts";
import { byteLength, type Tensor } from "../memory/tensor.ts";
import type { TapeCall, TapePhase } from "./encoding.ts";
import { type Phase, schedule } from "./schedule.ts";
import { isScratch, type RecordedArg, type RecordedCall, type Tape, tensorsOf } from "./tape.ts";
import { leastWorkOf, workOf } from "./work.ts";

export interface Placement {
  /** In which order the calls will be played. */
  readonly phases: readonly Phase[];
  /** Offset of each transient tensor within the shared area. */
  readonly offsets: ReadonlyMap<Tensor, number>;
  /** Size of the shared area. */
  readonly bytes: number;
  /** Largest scratch that one thread needs. */
  readonly scratchBytes: number;
}

interface Life {
  readonly tensor: Tensor;
  readonly bytes: number;
  /** Phases. */
  readonly first: number;
  last: number;
}

/**
 * Places the transient tensors so that two whose lives share a phase never share a byte: the largest first, each at the lowest
 * free offset. (Greedy by size: Pisarchyk & Lee 2020, "Efficient Memory Management for Deep Neural Net Inference".)
 *
 * @param phases of the tape's calls; each call in one of its own where it is to be measured alone
 * @throws {StateError} where a call reads a transient tensor that no earlier call has written
 */
export function placeTransients(tape: Tape, phases: readonly Phase[] = schedule(tape.calls)): Placement {
  const lives = livesOf(tape, phases).sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const placed: { life: Life; offset: number }[] = [];
  for (const life of lives) {
    const neighbours = placed
      .filter((p) => p.life.first <= life.last && life.first <= p.life.last)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const neighbour of neighbours) {
      if (offset + life.bytes <= neighbour.offset) break;
      offset = Math.max(offset, neighbour.offset + neighbour.life.bytes);
    }
    placed.push({ life, offset });
  }
  return {
    phases,
    offsets: new Map(placed.map(({ life, offset }) => [life.tensor, offset])),
    bytes: placed.reduce((top, { life, offset }) => Math.max(top, offset + life.bytes), 0),
    scratchBytes: align(Math.max(0, ...tape.calls.flatMap((c) => c.args.filter(isScratch).map((s) => s.scratchBytes)))),
  };
}

function livesOf(tape: Tape, phases: readonly Phase[]): Life[] {
  const phaseOf = new Map(phases.flatMap((chains, phase) => chains.flat().map((call) => [call, phase])));
  const lives = new Map<Tensor, Life>();
  for (const [index, call] of tape.calls.entries())
    for (const { tensor, isRead } of tensorsOf(call)) {
      if (tensor.address !== undefined) continue;
      const phase = phaseOf.get(index)!;
      const life = lives.get(tensor);
      if (life !== undefined) life.last = Math.max(life.last, phase);
      else if (isRead)
        throw new StateError(
          `tape: ${tensor.name} must be written before call ${index} (${call.kernel}) reads it; got no such call. Record its producer first.`,
        );
      else lives.set(tensor, { tensor, bytes: align(byteLength(tensor)), first: phase, last: phase });
    }
  return [...lives.values()];
}

/** The tape in its phases, with every tensor replaced by its address. */
export function resolveTape(
  tape: Tape,
  placement: Placement,
  area: { readonly transients: number; readonly scratch: number; readonly scratchStride: number },
): TapePhase[] {
  const resolveArg = (arg: RecordedArg): number => {
    if (arg === null) return 0;
    if (typeof arg === "number") return arg;
    if (isScratch(arg)) return area.scratch;
    return arg.address ?? area.transients + placement.offsets.get(arg)!;
  };
  const resolve = (call: RecordedCall): TapeCall => ({
    kernel: call.kernel,
    extent: call.extent,
    args: call.args.map(resolveArg),
    scratchStride: call.args.some(isScratch) ? area.scratchStride : 0,
    work: workOf(call),
    leastWork: leastWorkOf(call),
  });
  return placement.phases.map((chains) => chains.map((chain) => chain.map((index) => resolve(tape.calls[index]!))));
}
