/** One writer per run: a lock file that names its process, and outlives it only until the next one looks. */
import { randomUUID } from "node:crypto";
import { link, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { StateError } from "../core/errors.ts";
import { ignoreMissing, patiently, removeFile } from "./files.ts";

/** How link() says that a file system has no hard links: FAT on Linux, on macOS and many network shares, on Windows, FUSE. */
const WITHOUT_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "EISDIR", "ENOSYS"];
/** A lock that is not whole by then is not being written. */
const WRITING_MS = 500;

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken. */
  readonly since: string;
  /** Start of the process in the system's own count, where it tells: the number of a dead process may be in use again. */
  readonly started: string | null;
}

/**
 * Takes the lock, over from a dead process if need be.
 *
 * @returns lets go of it
 * @throws {StateError} where a living process, or one on another machine, holds it
 */
export async function acquireLock(path: string): Promise<() => Promise<void>> {
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    started: await processStart(process.pid),
  };
  const text = JSON.stringify(holder);
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text);
  try {
    while (!(await tookPlace(draft, text, path))) await removeStale(path);
  } finally {
    await removeFile(draft);
  }
  return async () => {
    if ((await readLock(path)) === text) await removeFile(path);
  };
}

/** The living writer of a lock file, if any. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readLock(path);
  return text === undefined ? undefined : livingHolder(text);
}

async function livingHolder(text: string): Promise<LockHolder | undefined> {
  const holder = parseHolder(text);
  return holder && (await isAlive(holder)) ? holder : undefined;
}

/** A lock that is not whole was not on disk yet when the machine went down: its process is gone. */
function parseHolder(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return undefined;
  }
}

/**
 * Puts the draft, which holds `text`, in the lock's place if that is free. By link() the lock appears whole; where there are no
 * links it appears empty and is then written, for which readers wait.
 */
async function tookPlace(draft: string, text: string, path: string): Promise<boolean> {
  try {
    await patiently(() => link(draft, path)).catch((error: NodeJS.ErrnoException) => {
      if (!WITHOUT_LINKS.includes(error.code ?? "")) throw error;
      return writeFile(path, text, { flag: "wx" });
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes the lock of a dead process. Two at once could remove the lock of a third that came between, so the right to remove is
 * itself a lock. One left behind there is removed in the same way, a level further down.
 */
async function removeStale(path: string): Promise<void> {
  if (!(await isStale(path))) return;
  const release = await acquireLock(`${path}.takeover`);
  try {
    if (await isStale(path)) await removeFile(path);
  } finally {
    await release();
  }
}

async function isStale(path: string): Promise<boolean> {
  const text = await readLock(path);
  const holder = text === undefined ? undefined : await livingHolder(text);
  if (holder)
    throw new StateError(
      `${path}: run must have no other writer; got process ${holder.pid} on ${holder.host}, since ${holder.since}. ` +
        "Wait for it or stop it; if it is gone, remove the file.",
    );
  return text !== undefined;
}

async function readLock(path: string): Promise<string | undefined> {
  const read = () => patiently(() => readFile(path, "utf8").catch(ignoreMissing));
  const text = await read();
  if (text === undefined || parseHolder(text) !== undefined) return text;
  await sleep(WRITING_MS);
  return read();
}

async function isAlive({ pid, host, started }: LockHolder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  return started === (await processStart(pid));
}

/**
 * Clock ticks from boot to the start of a process, where /proc tells. A killed process that its parent has not collected yet
 * (for good, in a container without an init) has a number still, but runs no more.
 */
async function processStart(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field, the name in parentheses, may hold spaces; the state is the 3rd, the start the 22nd.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return null;
  return fields[18] ?? null;
}
