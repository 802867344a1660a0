/** Plays tapes on one thread: all parts in their order, or those that this thread of a team can claim. */
import { instantiateKernels, type KernelFunction } from "../kernels/abi.ts";
import { decodeTape, type TapePart, tapeVersion } from "../tape/encoding.ts";
import { controlWord, type TapeRun, type TimingsArea, timingsOf } from "./protocol.ts";
import { createWaiter } from "./waiter.ts";

/** What a thread must know to take its place in a team; every part can be posted to a worker. */
export interface ThreadTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Counted from 0. */
  readonly thread: number;
  readonly timings?: TimingsArea | undefined;
}

interface BoundPart extends Pick<TapePart, "opens" | "closes"> {
  readonly calls: readonly BoundCall[];
}

interface BoundCall {
  readonly index: number;
  readonly name: string;
  readonly kernel: KernelFunction;
  /** begin, end and the registry's arguments. */
  readonly args: readonly number[];
}

export interface TapePlayer {
  /** Plays every part of the tape at an address. */
  playAlone(tapeAddress: number): void;
  /**
   * Plays parts of a run beside other threads until none is left to claim. A part is claimed only when its phase is open, so that
   * nobody waits for a thread that only waits itself.
   */
  playShare(run: TapeRun): void;
}

/** A tape is decoded once for each version of it. */
export function createTapePlayer(task: ThreadTask): TapePlayer {
  const { memory } = task;
  const instance = instantiateKernels(task.module, memory);
  const decoded = new Map<number, { version: number; parts: BoundPart[] }>();
  const play = task.timings === undefined ? playCall : createTimer(timingsOf(memory, task.timings, task.thread));
  const playPart = ({ calls }: BoundPart) => calls.forEach(play);
  const claimed = controlWord(memory, "claimed");
  const done = controlWord(memory, "done");
  const complete = controlWord(memory, "complete");
  const waitUntil = createWaiter(instance);

  const bind = ({ calls, begin, end, opens, closes }: TapePart): BoundPart => ({
    opens,
    closes,
    calls: calls.map(({ index, kernel, args }) => ({
      index,
      name: kernel,
      kernel: instance[kernel],
      args: [begin, end, ...args],
    })),
  });

  const partsAt = (tapeAddress: number): BoundPart[] => {
    const version = tapeVersion(memory, tapeAddress);
    const known = decoded.get(tapeAddress);
    if (known?.version === version) return known.parts;
    const parts = decodeTape(memory, tapeAddress, task.thread).map(bind);
    decoded.set(tapeAddress, { version, parts });
    return parts;
  };

  const doneOf = ({ base }: TapeRun) => (Atomics.load(done, 0) - base) | 0;
  const isOver = (run: TapeRun) => doneOf(run) >= run.parts;

  /** A run that is over while its tape is read may have been followed by another tape in its place. */
  const partsOf = (run: TapeRun): readonly BoundPart[] => {
    try {
      const parts = partsAt(run.tapeAddress);
      if (!isOver(run)) return parts;
    } catch (cause) {
      if (!isOver(run)) throw cause;
    }
    decoded.delete(run.tapeAddress);
    return [];
  };

  return {
    playAlone: (tapeAddress) => partsAt(tapeAddress).forEach(playPart),
    playShare(run) {
      const { base } = run;
      const parts = partsOf(run);
      for (;;) {
        const next = Atomics.load(claimed, 0);
        const part = parts[(next - base) | 0];
        if (part === undefined) return;
        if (doneOf(run) < part.opens) waitUntil(base + part.opens);
        else if (Atomics.compareExchange(claimed, 0, next, (next + 1) | 0) === next) {
          playPart(part);
          const count = (Atomics.add(done, 0, 1) + 1 - base) | 0;
          if (count === run.parts) {
            Atomics.store(complete, 0, run.number);
            Atomics.notify(complete, 0);
          } else if (count === part.closes) Atomics.notify(done, 0);
        }
      }
    },
  };
}

/** Returns what plays a call and adds its time to what the thread has spent in it. */
function createTimer(times: Float64Array): (call: BoundCall) => void {
  return (call) => {
    const began = performance.now();
    playCall(call);
    times[call.index]! += performance.now() - began;
  };
}

/** A trap says nothing about where it happened; the call's name and arguments are put before it. */
function playCall({ name, kernel, args }: BoundCall): void {
  try {
    (kernel as (...args: readonly number[]) => void)(...args);
  } catch (cause) {
    throw new Error(`${name}(${args.join(", ")}): ${(cause as Error).message}`, { cause });
  }
}
