import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { assertBuilt } from "./built.ts";
import { temporaryDirectory } from "./temporary.ts";

const KERNELS = join("src", "kernels", "wasm.generated.ts");
const SOURCES = [join("assembly", "dense", "gemm.ts"), "asconfig.json", join("scripts", "generate-kernels.mjs")];

/** A repository whose files were written at these seconds. */
function repository(seconds: Readonly<Record<string, number>>): string {
  const root = temporaryDirectory();
  for (const [name, at] of Object.entries(seconds)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), "");
    utimesSync(join(root, name), at, at);
  }
  return root;
}

const written = Object.fromEntries(SOURCES.map((source) => [source, 100]));

test("kernels as old as what they are made of, or newer, are taken", () => {
  for (const at of [100, 101]) expect(() => assertBuilt(repository({ ...written, [KERNELS]: at }))).not.toThrow();
});

test("without kernels the tests say at once how to build them", () => {
  expect(() => assertBuilt(repository(written))).toThrow(/must be built; got no such file\. Run npm run build/);
});

test.each(SOURCES)("kernels older than %s are refused", (source) => {
  const root = repository({ ...written, [KERNELS]: 100, [source]: 101 });
  expect(() => assertBuilt(root)).toThrow(`got an older one than ${source}. Run npm run build`);
});
