/** The library names its own arguments; only the command line speaks of its options. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { root } from "./run-cli.ts";

/** Directories whose errors reach users as the library's own. */
const LIBRARY =
  /^(calibration|core|doctor|engine|families|fit|kernels|layers|memory|methods|optimizers|rates|report|sources|sparsity|store|sweep|tape|train)\b/;

test("no line of the library names an option of the command line", () => {
  const options = createProgram(() => {}).commands.flatMap((command) => command.options.map(({ long }) => long!));
  const named = new RegExp(`(?<![\\w-])(${[...new Set(options)].join("|")})(?![\\w-])`);
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const offences = files
    .filter((file) => file.endsWith(".ts") && LIBRARY.test(file))
    .flatMap((file) =>
      readFileSync(join(root, "src", file), "utf8")
        .split("\n")
        .flatMap((line, i) => (named.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
    );
  expect(offences).toEqual([]);
});
