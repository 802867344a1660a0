/** Data of other people, which lie beside the repository where its maintainers work. A test that needs them is skipped without. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export interface SharedData {
  readonly path: string;
  readonly isThere: boolean;
  /** For the names of the tests that need them: why these are skipped. */
  readonly note: string;
}

export function sharedData(name: string): SharedData {
  const path = resolve(import.meta.dirname, "../../shared/data", name);
  const isThere = existsSync(path);
  return { path, isThere, note: isThere ? "" : ` (skipped: no ../shared/data/${name})` };
}
