/** Plays one thread's part of a tape. */
import { instantiateKernels, type KernelFunction } from "../kernels/abi.ts";
import { decodeTape, tapeVersion } from "../tape/encoding.ts";
import { createBarrier } from "./barrier.ts";
import { type TimingsArea, timingsBytes } from "./protocol.ts";

/** What a thread must know to take its place in a team; every part can be posted to a worker. */
export interface ThreadTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 0 ≤ thread < threads. */
  readonly thread: number;
  readonly threads: number;
  readonly timings?: TimingsArea | undefined;
}

interface BoundCall {
  readonly name: string;
  readonly kernel: KernelFunction;
  /** begin, end and the registry's arguments. */
  readonly args: readonly number[];
  readonly isEmpty: boolean;
}

/**
 * Returns the function that plays the tape at an address: this thread's part of every call, with a barrier between calls.
 * A tape is decoded once for each version of it.
 */
export function createTapePlayer(task: ThreadTask): (tapeAddress: number) => void {
  const { module, memory, thread, threads } = task;
  const instance = instantiateKernels(module, memory);
  const decoded = new Map<number, { version: number; calls: BoundCall[] }>();

  const decode = (address: number): BoundCall[] => {
    const version = tapeVersion(memory, address);
    const known = decoded.get(address);
    if (known?.version === version) return known.calls;
    const calls = decodeTape(memory, address, thread, threads).map(({ kernel, begin, end, args }) => ({
      name: kernel,
      kernel: instance[kernel],
      args: [begin, end, ...args],
      isEmpty: begin === end,
    }));
    decoded.set(address, { version, calls });
    return calls;
  };

  const waitForOthers = threads === 1 ? () => {} : createBarrier(instance, threads);

  const writeTime = task.timings === undefined ? () => {} : createTimer(task, task.timings);

  return (tapeAddress) => {
    for (const [i, call] of decode(tapeAddress).entries()) {
      if (i > 0) waitForOthers();
      writeTime(2 * i);
      if (!call.isEmpty) play(call);
      writeTime(2 * i + 1);
    }
  };
}

/** Returns what writes the time into an entry of this thread's part of the timings area. */
function createTimer({ memory, thread }: ThreadTask, { address, calls }: TimingsArea): (entry: number) => void {
  const times = new Float64Array(memory.buffer, address + timingsBytes(thread, calls), 2 * calls);
  return (entry) => {
    times[entry] = performance.now();
  };
}

/** A trap says nothing about where it happened; the call's name and arguments are put before it. */
function play({ name, kernel, args }: BoundCall): void {
  try {
    (kernel as (...args: readonly number[]) => void)(...args);
  } catch (cause) {
    throw new Error(`${name}(${args.join(", ")}): ${(cause as Error).message}`, { cause });
  }
}
