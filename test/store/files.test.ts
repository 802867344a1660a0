import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { patiently, writeWhole } from "../../src/store/files.ts";
import { temporaryDirectory } from "../temporary.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: made up`), { code });

/** What the sync of a directory answers. */
const syncAnswer = vi.hoisted(() => ({ code: "" }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  const open: typeof fs.open = async (path, ...rest) => {
    const file = await fs.open(path, ...rest);
    if (statSync(path).isDirectory()) file.sync = () => Promise.reject(failure(syncAnswer.code));
    return file;
  };
  return { ...fs, open };
});

describe.skipIf(process.platform === "win32")("a file written whole, where its directory cannot be synced", () => {
  test.each(["EINVAL", "EBADF", "ENOTSUP", "EOPNOTSUPP"])("is there after %s, as on a network share", async (code) => {
    syncAnswer.code = code;
    const path = join(temporaryDirectory(), "file");
    await writeWhole(path, "content");
    expect(readFileSync(path, "utf8")).toBe("content");
  });

  test("is an error after EIO, and nothing is left beside it", async () => {
    syncAnswer.code = "EIO";
    const directory = temporaryDirectory();
    await expect(writeWhole(join(directory, "file"), "content")).rejects.toThrow(
      /file must be written whole; got "EIO/,
    );
    expect(readdirSync(directory)).toEqual(["file"]);
  });
});

describe("a file that is held by another process", () => {
  const heldFor = (times: number, code: string) => async () => {
    if (times-- > 0) throw failure(code);
    return "done";
  };

  test.each(["EPERM", "EACCES", "EBUSY"])("is tried again on Windows after %s", async (code) => {
    expect(await patiently(heldFor(3, code), true)).toBe("done");
  });

  test("is an error at once elsewhere, and on Windows for another reason", async () => {
    await expect(patiently(heldFor(1, "EPERM"), false)).rejects.toThrow("EPERM");
    await expect(patiently(heldFor(1, "ENOENT"), true)).rejects.toThrow("ENOENT");
  });

  test("is an error on Windows, too, after two seconds", async () => {
    await expect(patiently(heldFor(99, "EBUSY"), true)).rejects.toThrow("EBUSY");
  });
});
