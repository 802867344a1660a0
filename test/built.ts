/**
 * The tests run the sources as they are; of a build they take the kernels alone. Kernels older than what they are made of
 * would be called with other arguments, and may never return.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const KERNELS = join("src", "kernels", "wasm.generated.ts");
const MADE_OF = ["assembly", "asconfig.json", join("scripts", "generate-kernels.mjs")];
const REMEDY = "Run npm run build, or npm test, which builds.";

/** @throws where the kernels in `root` are missing, or older than what they are made of */
export function assertBuilt(root: string): void {
  const kernels = join(root, KERNELS);
  if (!existsSync(kernels)) throw new Error(`tests: ${KERNELS} must be built; got no such file. ${REMEDY}`);
  const built = statSync(kernels).mtimeMs;
  const later = MADE_OF.flatMap((source) => filesOf(root, source)).find(
    (file) => statSync(join(root, file)).mtimeMs > built,
  );
  if (later !== undefined)
    throw new Error(
      `tests: ${KERNELS} must be newer than what it is made of; got an older one than ${later}. ${REMEDY}`,
    );
}

function filesOf(root: string, source: string): string[] {
  if (!statSync(join(root, source)).isDirectory()) return [source];
  const names = readdirSync(join(root, source), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(source, name));
}

/** Before a run of the tests. */
export const setup = (): void => assertBuilt(resolve(import.meta.dirname, ".."));
