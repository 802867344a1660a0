/** Which events are kept and which are only shown: a run of a million steps must not write a million lines. */
import type { RunEvent } from "../core/record.ts";
import type { RunStore } from "../store/store.ts";

/** Lines of type `step` that a run keeps at most. */
const KEPT_STEPS = 500;
/** Milliseconds between two step events that a listener sees. */
const SHOWN_EVERY_MS = 50;

type StepEvent = RunEvent & { type: "step" };

export interface EventLog {
  /** Shows a step now and then, and keeps the mean loss and time of each interval of steps. */
  step(event: StepEvent): Promise<void>;
  /** Keeps and shows any other event. */
  event(event: RunEvent): Promise<void>;
}

export function createEventLog(
  store: RunStore,
  steps: number,
  onEvent: ((event: RunEvent) => void) | undefined,
): EventLog {
  const interval = Math.max(1, Math.ceil(steps / KEPT_STEPS));
  let pending: StepEvent[] = [];
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    async step(event) {
      pending.push(event);
      const now = performance.now();
      if (now - shownAt >= SHOWN_EVERY_MS || event.step === steps) {
        shownAt = now;
        onEvent?.(event);
      }
      if (event.step % interval !== 0 && event.step !== steps) return;
      const kept = { ...event, trainLoss: mean(pending, "trainLoss"), stepMs: mean(pending, "stepMs") };
      pending = [];
      await store.appendEvent(kept);
    },
    async event(event) {
      onEvent?.(event);
      await store.appendEvent(event);
    },
  };
}

function mean(events: readonly StepEvent[], key: "trainLoss" | "stepMs"): number {
  return events.reduce((sum, event) => sum + event[key], 0) / events.length;
}
