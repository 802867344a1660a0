/** The life of a worker thread, the same in Node and in a browser. */
import { controlWord, readRun } from "./protocol.ts";
import { createTapePlayer, type ThreadTask } from "./tape-player.ts";

/** Loads in JavaScript before a thread falls asleep between two runs: about 100 µs. */
const COMMAND_SPINS = 20_000;

/** Plays its share of tapes as the main thread commands, until it is told to leave. Never returns to the event loop in between. */
export function runThread(task: ThreadTask): void {
  const { memory } = task;
  const player = createTapePlayer(task);
  const command = controlWord(memory, "command");
  for (let seen = 0; ; ) {
    seen = nextCommand(command, seen);
    const run = readRun(memory, seen);
    if (run?.tapeAddress === 0) return;
    if (run !== undefined) player.playShare(run);
  }
}

/** Waits until the word is no longer `seen`, awake at first, then asleep. */
function nextCommand(word: Int32Array, seen: number): number {
  for (let i = 0; i < COMMAND_SPINS; i++) if (Atomics.load(word, 0) !== seen) return Atomics.load(word, 0);
  while (Atomics.load(word, 0) === seen) Atomics.wait(word, 0, seen);
  return Atomics.load(word, 0);
}
