/**
 * A test run has a temporary directory of its own, which ends with it: whatever becomes of the tests, nothing of theirs is left
 * behind. What else is found in there was left by the product, and fails the run.
 */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `os.tmpdir` reads, here and on Windows. */
const VARIABLES = ["TMPDIR", "TMP", "TEMP"];
const OF_A_TEST = "test-";

/** A new directory, which lasts until the end of the run. */
export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), OF_A_TEST));

/** Begins a run. @returns ends it */
export function setup(): () => void {
  // By its real path: tmpdir() is a link on macOS and a short name on Windows, and tests compare paths. The space is a test, too.
  const root = realpathSync.native(mkdtempSync(join(tmpdir(), "sparselaw tests ")));
  for (const variable of VARIABLES) process.env[variable] = root;
  return () => {
    const left = readdirSync(root).filter((name) => !name.startsWith(OF_A_TEST));
    // Windows removes no file that a process which is just ending still has open.
    rmSync(root, { recursive: true, force: true, maxRetries: 10 });
    if (left.length > 0)
      throw new Error(
        `temporary directory: it must be empty after the tests; got ${left.join(", ")}. ` +
          "Remove what the code makes there; tests make theirs by temporaryDirectory().",
      );
  };
}
