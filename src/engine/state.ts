/** What an engine may be asked to do next. */
import { StateError, WorkerError } from "../core/errors.ts";

/** A `WorkerError` is the state of an engine that has lost a thread: the memory is no longer to be trusted. */
export type EngineState = "idle" | "running" | "closed" | WorkerError;

/** @throws what is in the way of another run */
export function assertIdle(state: EngineState): void {
  if (state instanceof WorkerError) throw state;
  if (state === "closed") throw closed();
  if (state === "running")
    throw new StateError("engine.run: the engine must be idle; got running. Await the run before.");
}

export function closed(): StateError {
  return new StateError("engine.run: the engine must be open; got closed. Create another one.");
}

/** @param thread counted from 0 */
export function threadDied(thread: number, threads: number, cause: unknown): WorkerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WorkerError(
    `engine: thread ${thread + 1} of ${threads} must live until close; got ${reason}. ` +
      "Create another engine and go on from the last checkpoint.",
    { cause },
  );
}
