/** Files that are whole or not there. */
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StateError } from "../core/errors.ts";

/** Suffix of a file that is being written. */
export const PARTIAL = ".partial";

/** For `catch`: undefined where the file does not exist. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** For `catch` of rmdir: the directory is not empty, or gone already. */
export function ignoreNotEmpty(error: NodeJS.ErrnoException): void {
  if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code ?? "")) throw error;
}

/** What Windows answers where somebody else has the file open, often a virus scanner, and soon has not. */
const HELD = ["EPERM", "EACCES", "EBUSY"];
/** Two seconds in all. */
const PAUSES_MS = [5, 15, 30, 50, 100, 300, 500, 1000];

/** Does something to a file, on Windows again and again while it is held. */
export async function patiently<T>(work: () => Promise<T>, isWindows = process.platform === "win32"): Promise<T> {
  for (const pause of isWindows ? PAUSES_MS : []) {
    try {
      return await work();
    } catch (error) {
      if (!HELD.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
    await sleep(pause);
  }
  return work();
}

/** Renames a file to a name that may be taken, on every system. */
export const replaceFile = (from: string, to: string): Promise<void> => patiently(() => rename(from, to));

export const removeFile = (path: string): Promise<void> => patiently(() => rm(path));

export function readIfPresent(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(ignoreMissing);
}

/**
 * Writes a file beside, brings it to disk and renames it: at any moment the old content or the new is there, whole.
 *
 * @throws {StateError} where it cannot be written (disk full, no rights); the old content is intact
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const partial = path + PARTIAL;
  try {
    await writeAndSync(partial, content);
    await replaceFile(partial, path);
    await syncDirectory(dirname(path));
  } catch (cause) {
    await rm(partial, { force: true });
    throw writeFailure(path, cause as Error);
  }
}

async function writeAndSync(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** How file systems say, some network shares among them, that a directory cannot be brought to disk. */
const NOT_FOR_DIRECTORIES = ["EINVAL", "EBADF", "ENOTSUP", "EOPNOTSUPP"];

/** Brings a rename to disk where there is such a thing; Windows has none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } catch (error) {
    if (!NOT_FOR_DIRECTORIES.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await directory.close();
  }
}

/**
 * Appends to a file and brings it to disk.
 *
 * @throws {StateError} where that fails; what was written of it is taken back, or is a torn line for the next writer to repair
 */
export async function appendAndSync(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, "a");
    const { size } = await file.stat();
    try {
      await file.writeFile(text);
      await file.datasync();
    } catch (error) {
      await file.truncate(size).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw writeFailure(path, cause as Error);
  }
}

function writeFailure(path: string, cause: NodeJS.ErrnoException): StateError {
  const remedy = cause.code === "ENOSPC" || cause.code === "EDQUOT" ? "Free disk space" : "Make the directory writable";
  return new StateError(
    `${path}: file must be written whole; got "${cause.message}". ${remedy} and start again: what was written before is intact.`,
    { cause },
  );
}
