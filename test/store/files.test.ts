import { describe, expect, test } from "vitest";
import { patiently } from "../../src/store/files.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: made up`), { code });

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
