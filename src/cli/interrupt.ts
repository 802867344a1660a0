/** Ctrl-C: the first asks for a checkpoint and a stop, the second quits at once. */
import type { Output } from "./output.ts";

/** The exit code of a program that Ctrl-C ended (128 + SIGINT). */
export const INTERRUPTED = 130;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs `task` with a signal that the first Ctrl-C aborts. */
export async function interruptible<T>(output: Output, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    output.warn("Stopping at the next step, with a checkpoint. Ctrl-C again quits at once.");
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await task(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
