/** Plays one thread's part of a tape. */
import { instantiateKernels, type KernelFunction, type KernelInstance } from "../kernels/abi.ts";
import { decodeTape, tapeVersion } from "../tape/encoding.ts";
import { CONTROL, type TimingsArea, timingsBytes } from "./protocol.ts";

/** What a thread must know to take its place in a team; every part can be posted to a worker. */
export interface ThreadTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 0 ≤ thread < threads. */
  readonly thread: number;
  readonly threads: number;
  readonly timings?: TimingsArea | undefined;
}

/**
 * Loads in wasm before a thread falls asleep at a barrier, 50 to 100 µs: well above what waking costs, since a thread that
 * wakes late lets the next one fall asleep, and so on (a barrier then takes 8 to 20 µs instead of 0.4, measured).
 */
const BARRIER_SPINS = 200_000;

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

  const meet = threads === 1 ? () => {} : createMeeting(instance, threads);

  const note = task.timings === undefined ? () => {} : createNotebook(task, task.timings);

  return (tapeAddress) => {
    for (const [i, call] of decode(tapeAddress).entries()) {
      if (i > 0) meet();
      note(2 * i);
      if (!call.isEmpty) play(call);
      note(2 * i + 1);
    }
  };
}

/** Writes the time into an entry of this thread's part of the timings area. */
function createNotebook({ memory, thread }: ThreadTask, { address, calls }: TimingsArea): (entry: number) => void {
  const times = new Float64Array(memory.buffer, address + timingsBytes(thread, calls), 2 * calls);
  return (entry) => {
    times[entry] = performance.now();
  };
}

/**
 * The barrier between two calls. Threads that have to share a core would take it from each other by spinning: after a few
 * waits in a row that ended asleep, spinning is only tried now and then.
 */
function createMeeting({ barrier }: KernelInstance, threads: number): () => void {
  let sleeps = 0;
  return () => {
    const isHopeful = sleeps < 4 || sleeps % 16 === 0;
    const wait = barrier(CONTROL.barrier, threads, isHopeful ? BARRIER_SPINS : 0);
    if (wait === 1) sleeps = 0;
    if (wait === 2) sleeps++;
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
