import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { buildReport } from "../../src/report/report.ts";
import { writeFigures, writeReport } from "../../src/report/write.ts";
import { temporaryDirectory } from "../temporary.ts";
import { fitOf, plantedParams, plantedRuns } from "./fixture.ts";

const runs = plantedRuns({ sizes: [1e5], sparsities: [0, 0.75], data: [1e6] });
const fit = fitOf(plantedParams, runs.length);
let dir: string;

beforeEach(() => {
  dir = temporaryDirectory();
});

const filesIn = async (): Promise<string[]> =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

it("returns the paths it wrote, the page last, and leaves nothing else behind", async () => {
  const written = await writeReport(join(dir, "out"), { title: "t", runs, fit });
  expect(written.at(-1)).toBe(join(dir, "out", "report.html"));
  expect(await filesIn()).toEqual([...written].sort());
  for (const [path, text] of buildReport({ title: "t", runs, fit }))
    expect(await readFile(join(dir, "out", path), "utf8"), path).toBe(text);
});

it("a report without a fit removes an earlier fit's figures and tables, and no one else's files", async () => {
  await writeReport(dir, { title: "t", runs, fit });
  await writeFile(join(dir, "figures", "my-own.svg"), "<svg/>");
  const written = await writeReport(dir, { title: "t", runs });
  expect(await filesIn()).toEqual([...written, join(dir, "figures", "my-own.svg")].sort());
});

it("with pictures, each figure has one beside it; without them later, none stays", async () => {
  const written = await writeReport(dir, { title: "t", runs, fit }, { png: true });
  const named = (ending: string) => written.filter((path) => path.endsWith(ending)).map((path) => path.slice(0, -4));
  expect(named(".png")).toEqual(named(".svg"));
  expect(named(".png").length).toBeGreaterThan(5);
  expect(await filesIn()).toEqual([...written].sort());
  const again = await writeReport(dir, { title: "t", runs, fit });
  expect(await filesIn()).toEqual([...again].sort());
});

it("figures alone stand in the directory itself, and those of an earlier fit go", async () => {
  await writeFigures(dir, new Map([["bootstrap", "<svg/>"]]));
  const written = await writeFigures(dir, new Map([["prediction", "<svg/>"]]));
  expect(written).toEqual([join(dir, "prediction.svg")]);
  expect(await filesIn()).toEqual(written);
});
