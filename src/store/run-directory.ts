/**
 * A run as a directory:
 *
 *   <out>/<id>/config.json  events.jsonl  result.json  lock  checkpoints/step-00001000.safetensors
 */
import { mkdir, readdir, readFile, rm, rmdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../core/errors.ts";
import type { RecordedConfig, RunEvent, RunResult } from "../core/record.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import {
  appendAndSync,
  ignoreMissing,
  ignoreNotEmpty,
  PARTIAL,
  patiently,
  readIfPresent,
  removeFile,
  writeWhole,
} from "./files.ts";
import { acquireLock, type LockHolder, lockHolder } from "./lock.ts";
import { eventsUntilCheckpoint, formatEvent, formatResult, parseConfig, parseEvents, parseResult } from "./records.ts";
import { type Checkpoint, checkpointName, type RunStore } from "./store.ts";

/** Events wait this long at most for the next one to bring them to disk; a resumed run writes lost ones again. */
const FLUSH_MS = 1000;

export interface OpenRunOptions {
  /** Told what was repaired or passed over. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Opens a run for writing, new or old, and repairs what a killed writer left behind.
 *
 * @param out directory of runs
 * @throws {StateError} where another process is writing the run
 */
export async function openRun(out: string, id: string, options: OpenRunOptions = {}): Promise<RunStore> {
  const directory = join(out, id);
  await mkdir(join(directory, "checkpoints"), { recursive: true });
  const release = await acquireLock(join(directory, "lock"));
  const store = new RunDirectory(id, directory, release, options.onWarning ?? (() => {}));
  await store.repair().catch(async (error) => {
    await release();
    throw error;
  });
  return store;
}

class RunDirectory implements RunStore {
  readonly id: string;
  readonly #directory: string;
  readonly #release: () => Promise<void>;
  readonly #warn: (message: string) => void;
  #pending = "";
  #flushedAt = performance.now();

  constructor(id: string, directory: string, release: () => Promise<void>, warn: (message: string) => void) {
    this.id = id;
    this.#directory = directory;
    this.#release = release;
    this.#warn = warn;
  }

  /** Removes files that were being written, and the end of a line that was. */
  async repair(): Promise<void> {
    for (const directory of [this.#directory, this.#path("checkpoints")])
      for (const name of await readdir(directory))
        if (name.endsWith(PARTIAL)) await patiently(() => rm(join(directory, name), { recursive: true }));
    const path = this.#path("events.jsonl");
    const bytes = await readFile(path).catch(ignoreMissing);
    const wholeBytes = bytes === undefined ? 0 : bytes.lastIndexOf("\n") + 1;
    if (bytes === undefined || wholeBytes === bytes.length) return;
    await truncate(path, wholeBytes);
    this.#warn(`${path}: the last line was torn and has been cut off (${bytes.length - wholeBytes} bytes).`);
  }

  readConfig(): Promise<RecordedConfig | undefined> {
    return readConfig(this.#directory);
  }

  async writeConfig(config: RecordedConfig): Promise<void> {
    await writeWhole(this.#path("config.json"), `${JSON.stringify(config, null, 2)}\n`);
  }

  async appendEvent(event: RunEvent): Promise<void> {
    this.#pending += formatEvent(event);
    if (performance.now() - this.#flushedAt >= FLUSH_MS) await this.#flush();
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = "";
    this.#flushedAt = performance.now();
    if (text !== "") await appendAndSync(this.#path("events.jsonl"), text);
  }

  async readEvents(): Promise<RunEvent[]> {
    await this.#flush();
    return readEvents(this.#directory);
  }

  async truncateEvents(step: number): Promise<void> {
    const events = await this.readEvents();
    const kept = eventsUntilCheckpoint(events, step);
    if (kept.length < events.length) await writeWhole(this.#path("events.jsonl"), kept.map(formatEvent).join(""));
  }

  async writeCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.#flush();
    const { step } = checkpoint;
    await writeWhole(this.#checkpointPath(step), encodeCheckpoint(checkpoint));
    // Kept: this one and the one before. Later ones belong to a course that was left, since training went on from before them.
    const others = (await checkpointSteps(this.#directory)).filter((other) => other !== step);
    const previous = others.find((other) => other < step);
    for (const other of others) if (other !== previous) await removeFile(this.#checkpointPath(other));
  }

  latestCheckpoint(): Promise<Checkpoint | undefined> {
    return readLatestCheckpoint(this.#directory, this.#warn);
  }

  readResult(): Promise<RunResult | undefined> {
    return readResult(this.#directory);
  }

  async writeResult(result: RunResult): Promise<void> {
    await this.#flush();
    await writeWhole(this.#path("result.json"), formatResult(result));
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#release();
      await this.#removeIfEmpty();
    }
  }

  /** A run refused before it began (no memory, too little data) leaves nothing behind. */
  async #removeIfEmpty(): Promise<void> {
    for (const directory of [this.#path("checkpoints"), this.#directory]) await rmdir(directory).catch(ignoreNotEmpty);
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  #checkpointPath(step: number): string {
    return checkpointPath(this.#directory, step);
  }
}

const checkpointPath = (directory: string, step: number): string =>
  join(directory, "checkpoints", `${checkpointName(step)}.safetensors`);

/** Steps of the checkpoints on disk, newest first. */
async function checkpointSteps(directory: string): Promise<number[]> {
  const names = (await readdir(join(directory, "checkpoints")).catch(ignoreMissing)) ?? [];
  const steps = names
    .map((name) => /^step-(\d{8,})\.safetensors$/.exec(name)?.[1])
    .filter((step) => step !== undefined);
  return steps.map(Number).sort((a, b) => b - a);
}

/**
 * The newest readable checkpoint of a run, whoever is writing it; undefined where there is none.
 *
 * @throws {FormatError} where checkpoints exist and none can be read
 */
export async function readLatestCheckpoint(
  directory: string,
  onWarning: (message: string) => void = () => {},
): Promise<Checkpoint | undefined> {
  let firstError: FormatError | undefined;
  for (const step of await checkpointSteps(directory)) {
    const path = checkpointPath(directory, step);
    try {
      return decodeCheckpoint(await readFile(path), path);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      firstError ??= error;
      onWarning(`${error.message} The checkpoint before it is tried instead.`);
    }
  }
  if (firstError === undefined) return undefined;
  throw new FormatError(
    join(directory, "checkpoints"),
    "no checkpoint can be read. Remove the directory to begin the run again.",
    { cause: firstError },
  );
}

export interface RunEntry {
  readonly id: string;
  readonly directory: string;
  readonly config: RecordedConfig | undefined;
  readonly result: RunResult | undefined;
  /** The process that is writing the run now. */
  readonly writer: LockHolder | undefined;
  /** What is missing or cannot be read, one line each. */
  readonly problems: readonly string[];
}

/** Every run in a directory of runs, finished or not, in the order of their ids; none where there is no such directory. */
export async function listRuns(out: string): Promise<RunEntry[]> {
  const names = await readdir(out, { withFileTypes: true }).catch(ignoreMissing);
  const entries: RunEntry[] = [];
  for (const { name } of (names ?? [])
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1)))
    if ((await readdir(join(out, name))).some((file) => RUN_FILES.has(file))) entries.push(await readEntry(out, name));
  return entries;
}
const RUN_FILES = new Set(["config.json", "events.jsonl", "result.json", "checkpoints"]);

async function readEntry(out: string, id: string): Promise<RunEntry> {
  const directory = join(out, id);
  const problems: string[] = [];
  const noteProblem = (error: Error): undefined => {
    problems.push(error.message);
  };
  const config = await readConfig(directory).catch(noteProblem);
  if (config === undefined && problems.length === 0)
    problems.push(`${join(directory, "config.json")}: file must exist; got none. The run was stopped before it began.`);
  const result = await readResult(directory).catch(noteProblem);
  const writer = await lockHolder(join(directory, "lock"));
  return { id, directory, config, result, writer, problems };
}

/**
 * @throws {FormatError} where the file is not JSON
 * @throws {ConfigError} where it is not a run's configuration
 */
async function readConfig(directory: string): Promise<RecordedConfig | undefined> {
  const path = join(directory, "config.json");
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  return parseConfig(text, path);
}

async function readResult(directory: string): Promise<RunResult | undefined> {
  const path = join(directory, "result.json");
  const text = await readIfPresent(path);
  return text === undefined ? undefined : parseResult(text, path);
}

/**
 * The events of a run so far, whoever is writing it.
 *
 * @throws {FormatError} naming the line that is not an event
 */
export async function readEvents(directory: string): Promise<RunEvent[]> {
  const path = join(directory, "events.jsonl");
  return parseEvents((await readIfPresent(path)) ?? "", path);
}
