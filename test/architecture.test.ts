/** The layers of ARCHITECTURE.md, held: imports go downward only, and the browser's graph stays free of Node. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { expect, test } from "vitest";
import { VERSION } from "../src/core/version.ts";
import { families } from "../src/families/index.ts";

const root = resolve(import.meta.dirname, "..");
const src = join(root, "src");

/** A directory may import those below it, never its neighbours of the same level. */
const LEVELS: readonly (readonly string[])[] = [
  ["core"],
  ["kernels"],
  ["store", "fit", "memory"],
  ["tape"],
  ["engine", "sources", "optimizers", "rates", "sparsity"],
  ["layers", "methods"],
  ["families"],
  ["config", "calibration"],
  ["train"],
  ["sweep", "report", "doctor"],
  ["index.shared.ts"],
  ["index.ts", "index.browser.ts"],
  ["cli"],
];

const levelOf = (directory: string) => LEVELS.findIndex((level) => level.includes(directory));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));
const directoryOf = (file: string) => relative(src, file).split(/[\\/]/)[0]!;

function importsOf(file: string): { specifier: string; isTypeOnly: boolean }[] {
  const text = readFileSync(file, "utf8");
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm);
  const dynamic = text.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g);
  return [
    ...[...statements].map((m) => ({ specifier: m[2]!, isTypeOnly: m[1] !== undefined })),
    ...[...dynamic].map((m) => ({ specifier: m[1]!, isTypeOnly: false })),
  ];
}

test("every directory of src has its level", () => {
  for (const file of files) expect(levelOf(directoryOf(join(src, file))), file).toBeGreaterThanOrEqual(0);
});

test("imports go downward only", () => {
  const upward = files.flatMap((file) => {
    const from = directoryOf(join(src, file));
    return importsOf(join(src, file))
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => directoryOf(resolve(dirname(join(src, file)), specifier)))
      .filter((to) => to !== from && levelOf(to) >= levelOf(from))
      .map((to) => `${file} imports ${to}/`);
  });
  expect(upward).toEqual([]);
});

/** Rooms of a directory, from what is lowest: each may import those before it. */
const ROOMS = {
  fit: ["laws", "table", "solve", "uncertainty", "advice"],
  report: ["data", "draw", "figures", "page"],
} as const;

test.each(
  Object.entries(ROOMS),
)("the rooms of %s/ import one way, and none the files around them", (directory, rooms) => {
  const roomOf = (file: string) => rooms.indexOf(relative(join(src, directory), file).split(/[\\/]/)[0]! as never);
  const offences = files
    .filter((file) => roomOf(join(src, file)) >= 0)
    .flatMap((file) =>
      importsOf(join(src, file))
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolve(dirname(join(src, file)), specifier))
        .filter((target) => directoryOf(target) === directory)
        .filter((target) => roomOf(target) < 0 || roomOf(target) > roomOf(join(src, file)))
        .map((target) => `${file} imports ${relative(src, target)}`),
    );
  expect(offences).toEqual([]);
});

test("a room of fit/ is entered by its index.ts, and by the choices that a command line names without loading a fit", () => {
  const roomOf = (file: string) => ROOMS.fit.find((room) => file.startsWith(join(src, "fit", room) + sep));
  const offences = files
    .map((file) => join(src, file))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolve(dirname(file), specifier))
        .filter((target) => roomOf(target) !== undefined && roomOf(target) !== roomOf(file))
        .filter((target) => !["index.ts", "choices.ts"].includes(basename(target)))
        .map((target) => `${relative(src, file)} imports ${relative(src, target)}`),
    );
  expect(offences).toEqual([]);
});

test("no folder but families/ names a family", () => {
  const names = new RegExp(`(?<![-\\w])(${families.names.join("|")})(?![-\\w])`);
  const offences = files
    .filter((file) => directoryOf(join(src, file)) !== "families")
    .flatMap((file) =>
      readFileSync(join(src, file), "utf8")
        .split("\n")
        .flatMap((line, i) => (names.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
    );
  expect(offences).toEqual([]);
});

test("files import each other in no circle", () => {
  const imported = new Map(
    files.map((file) => [
      join(src, file),
      importsOf(join(src, file))
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolve(dirname(join(src, file)), specifier)),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file))
      circles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(src, f)).join(" → "));
    else if (!done.has(file)) {
      for (const next of imported.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of imported.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

test("only kernels/abi.ts instantiates the wasm", () => {
  const others = files.filter((file) =>
    /WebAssembly\.(Instance\b|instantiate)/.test(readFileSync(join(src, file), "utf8")),
  );
  expect(others).toEqual([join("kernels", "abi.ts")]);
});

test("nothing that index.browser.ts reaches imports a node: module or piscina", () => {
  const reached = new Set<string>();
  const offences: string[] = [];
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { specifier, isTypeOnly } of importsOf(file)) {
      if (isTypeOnly) continue;
      if (specifier.startsWith(".")) visit(resolve(dirname(file), specifier));
      else if (/^node:|^piscina$|^tinyglobby$|^linkedom$/.test(specifier))
        offences.push(`${relative(root, file)} imports ${specifier}`);
    }
  };
  visit(join(src, "index.browser.ts"));
  expect(offences).toEqual([]);
  expect(reached.size).toBeGreaterThan(40);
});

test("training bits use no function that JavaScript engines compute differently", () => {
  const bits = ["core", "sources", "optimizers", "rates", "methods", "sparsity", "layers", "families", "tape"];
  const offences = files
    .filter((file) => bits.includes(directoryOf(join(src, file))))
    .flatMap((file) =>
      [
        ...readFileSync(join(src, file), "utf8").matchAll(
          /Math\.(exp|log|log2|log10|log1p|expm1|pow|sin|cos|tan|tanh|sinh|cosh|cbrt|hypot)\(|\*\*\s*-?[\d.]*\.\d/g,
        ),
      ].map((match) => `${file}: ${match[0]}`),
    );
  expect(offences).toEqual([]);
});

test("the version in the code is the package's", () => {
  expect(VERSION).toBe(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
});
