/** `sparselaw --help`, a mistyped option and each command wait for no more than what they need. */
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
import { root } from "./run-cli.ts";

/** Files and packages that load together with `file`: neither types nor what is imported when it is asked for. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm,
  ))
    if (specifier!.startsWith(".")) loadedWith(resolve(dirname(file), specifier!), seen);
    else seen.add(specifier!);
  return seen;
}

test("the command line starts without the library: commander and a few files", () => {
  const loaded = [...loadedWith(join(root, "src/cli/main.ts"))];
  const packages = loaded.filter((name) => !name.startsWith("/") && !name.startsWith("node:"));
  expect(packages).toEqual(["commander"]);
  const files = loaded.filter((name) => name.startsWith("/")).map((name) => relative(join(root, "src"), name));
  expect(files.filter((file) => /^(train|sweep|engine|store|config|families|sources)\b/.test(file))).toEqual([]);
});

test("every command takes --json, and no two options of one have a name in common", () => {
  for (const asCommand of commands) {
    const names = asCommand(() => {}).options.map(({ long }) => long);
    expect(names).toContain("--json");
    expect(new Set(names).size).toBe(names.length);
  }
});
