/**
 * Which calls of a tape wait for which. A phase is what may be played at once, between two meetings of the threads; a chain is a
 * list of its calls that whoever takes some token tiles plays one after the other.
 */
import { BY_TILES, kernels } from "../kernels/registry.ts";
import { byteLength, type Tensor } from "../memory/tensor.ts";
import { type RecordedCall, tensorsOf } from "./tape.ts";

/** Indices of calls, ascending. More than one: all are split by token tiles, and as many of them. */
export type Chain = readonly number[];
export type Phase = readonly Chain[];

/**
 * The phases of a tape, in order. A call comes in the phase after the last call that it depends on, or in the same one where each
 * of its tiles depends on the same tile alone; what depends on nothing (packing) comes as late as its first reader allows, since
 * its result takes room.
 */
export function schedule(calls: readonly RecordedCall[]): Phase[] {
  const needs = dependenciesOf(calls);
  const phaseOf = earliestPhases(needs);
  delaySources(needs, phaseOf);
  const phases = new Map<number, Map<string, number[]>>();
  for (const [index, call] of calls.entries()) {
    const chains = phases.get(phaseOf[index]!) ?? new Map<string, number[]>();
    phases.set(phaseOf[index]!, chains);
    const chain = isByTiles(call) ? `${call.extent} tiles` : `call ${index}`;
    chains.set(chain, [...(chains.get(chain) ?? []), index]);
  }
  return [...phases].sort(([a], [b]) => a - b).map(([, chains]) => [...chains.values()]);
}

/** Every call in a phase of its own, as it was recorded. */
export function inOrder(calls: readonly RecordedCall[]): Phase[] {
  return calls.map((_, index) => [[index]]);
}

/** A call that another one needs; `isByTile`: only its own tile of it. */
interface Need {
  readonly call: number;
  readonly isByTile: boolean;
}

function isByTiles({ kernel }: RecordedCall): boolean {
  return kernels[kernel].split === BY_TILES;
}

function earliestPhases(needs: readonly (readonly Need[])[]): number[] {
  const phaseOf: number[] = [];
  for (const own of needs)
    phaseOf.push(own.reduce((phase, { call, isByTile }) => Math.max(phase, phaseOf[call]! + (isByTile ? 0 : 1)), 0));
  return phaseOf;
}

function delaySources(needs: readonly (readonly Need[])[], phaseOf: number[]): void {
  const latest = phaseOf.map(() => Number.POSITIVE_INFINITY);
  for (const [index, own] of needs.entries())
    for (const { call, isByTile } of own) latest[call] = Math.min(latest[call]!, phaseOf[index]! - (isByTile ? 0 : 1));
  for (const [index, own] of needs.entries())
    if (own.length === 0 && latest[index] !== Number.POSITIVE_INFINITY) phaseOf[index] = latest[index]!;
}

/** What has been done so far to some bytes, or to a transient tensor. */
interface History {
  writer: Use | undefined;
  /** Since then. */
  readers: Use[];
}

interface Use {
  readonly call: number;
  readonly tensor: Tensor;
  /** By a kernel that is split by tiles, and each tile its own. */
  readonly isByTile: boolean;
}

/** For each call the earlier ones that must be done before: those that wrote what it reads or writes, or read what it writes. */
function dependenciesOf(calls: readonly RecordedCall[]): Need[][] {
  const stretchesOf = stretchFinder(calls);
  const histories = new Map<Tensor | number, History>();
  return calls.map((call, index) => {
    const needs: Need[] = [];
    const uses = tensorsOf(call);
    for (const { tensor, isRead, isWritten, isWhole } of uses)
      for (const stretch of stretchesOf(tensor)) {
        const use = { call: index, tensor, isByTile: isByTiles(call) && !isWhole };
        const history = histories.get(stretch) ?? { writer: undefined, readers: [] };
        histories.set(stretch, history);
        const before = [history.writer, ...(isWritten ? history.readers : [])];
        for (const earlier of before)
          if (earlier !== undefined && earlier.call !== index)
            needs.push({ call: earlier.call, isByTile: isSameTile(calls, earlier, use) });
        if (isWritten) {
          history.writer = use;
          history.readers = [];
        } else if (isRead) history.readers.push(use);
      }
    return needs;
  });
}

function isSameTile(calls: readonly RecordedCall[], a: Use, b: Use): boolean {
  const isSame = a.tensor === b.tensor || (a.tensor.address !== undefined && sameBytes(a.tensor, b.tensor));
  return a.isByTile && b.isByTile && isSame && calls[a.call]!.extent === calls[b.call]!.extent;
}

function sameBytes(a: Tensor, b: Tensor): boolean {
  return a.address === b.address && byteLength(a) === byteLength(b);
}

/**
 * Tensors with addresses may overlap, as a slice does what it was cut from: each is told as the stretches between the places where
 * any of them begins or ends. A transient tensor is one of its own.
 */
function stretchFinder(calls: readonly RecordedCall[]): (tensor: Tensor) => (Tensor | number)[] {
  const borders = new Set<number>();
  for (const call of calls)
    for (const { tensor } of tensorsOf(call))
      if (tensor.address !== undefined) borders.add(tensor.address).add(tensor.address + byteLength(tensor));
  const sorted = Float64Array.from(borders).sort();
  const positions = new Map([...sorted].map((border, i) => [border, i]));
  return (tensor) => {
    if (tensor.address === undefined) return [tensor];
    const [first, last] = [positions.get(tensor.address)!, positions.get(tensor.address + byteLength(tensor))!];
    return Array.from({ length: last - first }, (_, i) => first + i);
  };
}
