/** The engine whose threads are workers: what Node and the browser have in common. */
import { WorkerError } from "../core/errors.ts";
import { compileKernels } from "../kernels/variant.ts";
import { sizeOfTape } from "../tape/encoding.ts";
import {
  clearControl,
  clearTimings,
  controlWord,
  type Engine,
  type EngineOptions,
  type TimingsArea,
  writeRun,
} from "./protocol.ts";
import { assertIdle, closed, type EngineState, threadDied } from "./state.ts";
import { createTapePlayer, type TapePlayer, type ThreadTask } from "./tape-player.ts";
import { changeOf, nextTurn } from "./turn.ts";

/** The workers, each of which runs `runThread` on its task. */
export interface Crew {
  /** One promise a thread: resolves when it left its loop, rejects when it died. */
  readonly lives: readonly Promise<void>[];
  /** Ends every thread, whatever it is doing. */
  stop(): Promise<void>;
}

export interface ThreadedOptions extends EngineOptions {
  readonly threads: number;
  readonly hire: (tasks: readonly ThreadTask[]) => Crew;
}

export async function createThreadedEngine(options: ThreadedOptions): Promise<Engine> {
  const { memory, variant, threads, timings, module = await compileKernels(variant) } = options;
  clearControl(memory);
  const task = (thread: number) => ({ module, memory, thread, timings });
  const crew = options.hire(Array.from({ length: threads }, (_, thread) => task(thread)));
  return new ThreadedEngine(options, crew, createTapePlayer(task(0)));
}

/** In place of a tape's address. */
const LEAVE = 0;
const ALONE_WORK = 6e6;

class ThreadedEngine implements Engine {
  readonly memory;
  readonly variant;
  readonly threads;
  readonly #crew: Crew;
  /** Of this thread, in the place of thread 0. */
  readonly #player: TapePlayer;
  readonly #timings: TimingsArea | undefined;
  readonly #aloneWork: number;
  readonly #complete: Int32Array;
  /** Number of the last run asked for. */
  #run = 0;
  /** Parts of all runs before it. */
  #base = 0;
  #state: EngineState = "idle";
  #stopped: Promise<void> | undefined;

  constructor(options: ThreadedOptions, crew: Crew, player: TapePlayer) {
    const { memory, variant, threads, timings, aloneWork = ALONE_WORK } = options;
    this.memory = memory;
    this.variant = variant;
    this.threads = threads;
    this.#crew = crew;
    this.#player = player;
    this.#timings = timings;
    this.#aloneWork = aloneWork;
    this.#complete = controlWord(memory, "complete");
    for (const [thread, life] of crew.lives.entries())
      life.then(
        () => this.#lose(thread, "it left its loop"),
        (cause) => this.#lose(thread, cause),
      );
  }

  async run(tapeAddress: number): Promise<void> {
    assertIdle(this.#state);
    this.#state = "running";
    clearTimings(this.memory, this.#timings, this.threads);
    const { parts, work } = sizeOfTape(this.memory, tapeAddress);
    if (parts === 0 || work < this.#aloneWork) this.#playAlone(tapeAddress);
    else {
      this.#command(tapeAddress, parts);
      await this.#whenComplete();
    }
    await nextTurn();
    this.#state = this.#stateAfterRun();
  }

  async close(): Promise<void> {
    const wasIdle = this.#state === "idle";
    this.#enter("closed");
    if (wasIdle) {
      this.#command(LEAVE, 0);
      await Promise.allSettled(this.#crew.lives);
    }
    await this.#stop();
  }

  #playAlone(tapeAddress: number): void {
    try {
      this.#player.playAlone(tapeAddress);
    } catch (cause) {
      this.#lose(0, cause);
    }
  }

  #command(tapeAddress: number, parts: number): void {
    const command = controlWord(this.memory, "command");
    this.#run = (this.#run + 1) | 0;
    writeRun(this.memory, { number: this.#run, tapeAddress, base: this.#base, parts });
    this.#base = (this.#base + parts) | 0;
    Atomics.store(command, 0, this.#run);
    Atomics.notify(command, 0);
  }

  /**
   * Resolves when the run is complete, or the engine is no longer running. The main thread does not spin: it would take a
   * core from the threads, and waking it costs 10 µs (measured).
   */
  async #whenComplete(): Promise<void> {
    while (this.#state === "running") {
      const seen = Atomics.load(this.#complete, 0);
      if (seen === this.#run) return;
      await changeOf(this.#complete, seen);
    }
  }

  #stateAfterRun(): EngineState {
    if (this.#state === "closed") throw closed();
    if (this.#state instanceof WorkerError) throw this.#state;
    return "idle";
  }

  #lose(thread: number, cause: unknown): void {
    if (this.#state === "closed" || this.#state instanceof WorkerError) return;
    this.#enter(threadDied(thread, this.threads, cause));
    void this.#stop();
  }

  /** Leaves `running`, and wakes the run that is waiting. */
  #enter(state: EngineState): void {
    this.#state = state;
    Atomics.notify(this.#complete, 0);
  }

  #stop(): Promise<void> {
    this.#stopped ??= this.#crew.stop();
    return this.#stopped;
  }
}
