/** A run kept in memory: for runs that leave nothing behind, and the model of what a store does. */
import type { RecordedConfig, RunEvent, RunResult } from "../core/record.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import { eventsUntilCheckpoint } from "./records.ts";
import type { Checkpoint, RunStore } from "./store.ts";

export function createMemoryStore(id: string): RunStore {
  return new MemoryStore(id);
}

/** Hands out copies only, as a store on disk would. */
class MemoryStore implements RunStore {
  readonly id: string;
  #config: RecordedConfig | undefined;
  #result: RunResult | undefined;
  #events: RunEvent[] = [];
  #checkpoint: Uint8Array | undefined;

  constructor(id: string) {
    this.id = id;
  }

  async readConfig(): Promise<RecordedConfig | undefined> {
    return structuredClone(this.#config);
  }

  async writeConfig(config: RecordedConfig): Promise<void> {
    this.#config = structuredClone(config);
  }

  async appendEvent(event: RunEvent): Promise<void> {
    this.#events.push(structuredClone(event));
  }

  async readEvents(): Promise<RunEvent[]> {
    return structuredClone(this.#events);
  }

  async truncateEvents(step: number): Promise<void> {
    this.#events = eventsUntilCheckpoint(this.#events, step);
  }

  async writeCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoint = encodeCheckpoint(checkpoint);
  }

  async latestCheckpoint(): Promise<Checkpoint | undefined> {
    return this.#checkpoint && decodeCheckpoint(this.#checkpoint, `run ${this.id}`);
  }

  async readResult(): Promise<RunResult | undefined> {
    return structuredClone(this.#result);
  }

  async writeResult(result: RunResult): Promise<void> {
    this.#result = structuredClone(result);
  }

  async close(): Promise<void> {}
}
