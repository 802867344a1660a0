/** Gives a tape's transient tensors their places in one shared area, and turns the tape into calls on addresses. */
import { StateError } from "../core/errors.ts";
import { align } from "../memory/arena.ts";
import { byteLength, type Tensor } from "../memory/tensor.ts";
import type { TapeCall } from "./encoding.ts";
import { isScratch, type RecordedArg, type Tape, tensorsOf } from "./tape.ts";

export interface Placement {
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
  readonly first: number;
  last: number;
}

/**
 * Places the transient tensors so that two whose lives overlap never share a byte: the largest first, each at the lowest
 * free offset. (Greedy by size: Pisarchyk & Lee 2020, "Efficient Memory Management for Deep Neural Net Inference".)
 *
 * @throws {StateError} where a call reads a transient tensor that no earlier call has written
 */
export function placeTransients(tape: Tape): Placement {
  const lives = livesOf(tape).sort((a, b) => b.bytes - a.bytes || a.first - b.first);
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
    offsets: new Map(placed.map(({ life, offset }) => [life.tensor, offset])),
    bytes: placed.reduce((top, { life, offset }) => Math.max(top, offset + life.bytes), 0),
    scratchBytes: align(Math.max(0, ...tape.calls.flatMap((c) => c.args.filter(isScratch).map((s) => s.scratchBytes)))),
  };
}

function livesOf(tape: Tape): Life[] {
  const lives = new Map<Tensor, Life>();
  for (const [index, call] of tape.calls.entries())
    for (const { tensor, isRead } of tensorsOf(call)) {
      if (tensor.address !== undefined) continue;
      const life = lives.get(tensor);
      if (life !== undefined) life.last = index;
      else if (isRead)
        throw new StateError(
          `tape: ${tensor.name} must be written before call ${index} (${call.kernel}) reads it; got no such call. Record its producer first.`,
        );
      else lives.set(tensor, { tensor, bytes: align(byteLength(tensor)), first: index, last: index });
    }
  return [...lives.values()];
}

/** The tape with every tensor replaced by its address. */
export function resolveTape(
  tape: Tape,
  placement: Placement,
  area: { readonly transients: number; readonly scratch: number; readonly scratchStride: number },
): TapeCall[] {
  const resolve = (arg: RecordedArg): number => {
    if (arg === null) return 0;
    if (typeof arg === "number") return arg;
    if (isScratch(arg)) return area.scratch;
    return arg.address ?? area.transients + placement.offsets.get(arg)!;
  };
  return tape.calls.map((call) => ({
    kernel: call.kernel,
    extent: call.extent,
    args: call.args.map(resolve),
    scratchStride: call.args.some(isScratch) ? area.scratchStride : 0,
  }));
}
