/** The lock where the file system has no hard links. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { acquireLock, lockHolder } from "../../src/store/lock.ts";
import { openRun } from "../../src/store/run-directory.ts";
import { temporaryDirectory } from "../temporary.ts";

const linkAnswers = vi.hoisted(() => ({ code: undefined as string | undefined }));
const failure = (code: string) => Object.assign(new Error(`${code}: made up`), { code });

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  const link: typeof fs.link = (from, to) =>
    linkAnswers.code === undefined ? fs.link(from, to) : Promise.reject(failure(linkAnswers.code));
  return { ...fs, link };
});

let out: string;
beforeEach(() => {
  out = temporaryDirectory();
});
afterEach(() => {
  linkAnswers.code = undefined;
});
const lock = () => join(out, "lock");
const dead = JSON.stringify({ pid: 2 ** 30, host: hostname(), since: "then", started: null });

describe.each([
  ["FAT on Linux", "EPERM"],
  ["a network share or FAT on macOS", "ENOTSUP"],
  ["FAT on Windows", "EISDIR"],
  ["some file systems in user space", "ENOSYS"],
])("without hard links, as on %s", (_, code) => {
  beforeEach(() => {
    linkAnswers.code = code;
  });

  test("a second writer is refused, naming the first, and the lock is let go of without a trace", async () => {
    const release = await acquireLock(lock());
    await expect(acquireLock(lock())).rejects.toThrow(`run must have no other writer; got process ${process.pid} on `);
    expect(await lockHolder(lock())).toMatchObject({ pid: process.pid });
    await release();
    expect(readdirSync(out)).toEqual([]);
  });

  test("of ten writers at once exactly one gets a stale lock, even one whose last takeover was killed too", async () => {
    for (let round = 0; round < 10; round++) {
      await mkdir(join(out, "run"), { recursive: true });
      await writeFile(join(out, "run", "lock"), dead);
      if (round % 2 === 1) await writeFile(join(out, "run", "lock.takeover"), dead);
      const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => openRun(out, "run")));
      const stores = attempts.filter((attempt) => attempt.status === "fulfilled").map((attempt) => attempt.value);
      expect(stores, `round ${round}`).toHaveLength(1);
      await stores[0]!.close();
      expect(existsSync(join(out, "run"))).toBe(false);
    }
  });
});

test("a lock that another writer is just writing is not stale", async () => {
  await writeFile(lock(), "");
  const holder = { pid: process.ppid, host: "elsewhere", since: "now", started: null };
  setTimeout(() => void writeFile(lock(), JSON.stringify(holder)), 50);
  await expect(acquireLock(lock())).rejects.toThrow(`got process ${process.ppid} on elsewhere, since now`);
});

test("a link that fails for another reason is an error, and leaves no draft", async () => {
  linkAnswers.code = "EIO";
  await expect(acquireLock(lock())).rejects.toThrow("EIO");
  expect(readdirSync(out)).toEqual([]);
});
