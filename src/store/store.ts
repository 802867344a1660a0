/** What a run needs of the place where it is kept: a directory in Node, OPFS and IndexedDB in a browser, or memory. */
import type { RecordedConfig, RunEvent, RunResult } from "../core/record.ts";

export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** What the checkpoint of a step is called, wherever it is kept. */
export const checkpointName = (step: number): string => `step-${String(step).padStart(8, "0")}`;

/** A checkpoint: everything that training needs to go on with the same bits. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly tensors: ReadonlyMap<string, NamedArray>;
  /** Strings only (safetensors' `__metadata__`). */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One run, opened by one writer. */
export interface RunStore {
  readonly id: string;
  /** The configuration written by the first start, if any. */
  readConfig(): Promise<RecordedConfig | undefined>;
  writeConfig(config: RecordedConfig): Promise<void>;
  /** Appends a line; on disk about a second later, and before any checkpoint or result. */
  appendEvent(event: RunEvent): Promise<void>;
  /** Every whole event so far; a torn last line is cut off the file. */
  readEvents(): Promise<RunEvent[]>;
  /** Drops the events after the checkpoint of `step`, or all where there is none, when a run goes on from it. */
  truncateEvents(step: number): Promise<void>;
  /**
   * Written beside and renamed; this one and the one before it are kept. `format`, `version`, `step` and a hash of the content
   * are added to the metadata, and checked when it is read.
   */
  writeCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /**
   * The newest readable checkpoint.
   *
   * @throws {FormatError} where checkpoints exist and none can be read
   */
  latestCheckpoint(): Promise<Checkpoint | undefined>;
  readResult(): Promise<RunResult | undefined>;
  writeResult(result: RunResult): Promise<void>;
  /** Lets the next writer in. */
  close(): Promise<void>;
}
