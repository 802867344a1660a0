/** Puts a report on disk. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replaceFile } from "../store/files.ts";
import { renderPng } from "./draw/png.ts";
import { FIGURE_NAMES } from "./figures/index.ts";
import { FIT_TABLE_NAMES } from "./page/tables.ts";
import { buildReport, type ReportInput } from "./report.ts";

/** Files that an earlier report may have left and a new one, without a fit for instance, may lack. */
const OPTIONAL_FILES = [
  ...FIGURE_NAMES.flatMap((name) => [`figures/${name}.svg`, `figures/${name}.png`]),
  ...FIT_TABLE_NAMES.flatMap((name) => [`tables/${name}.csv`, `tables/${name}.json`]),
  "fit.json",
];

export interface WriteOptions {
  /** Each figure as PNG, too. */
  readonly png?: boolean;
}

/**
 * Writes a report into a directory, each file beside and renamed, the page last; what an earlier report left and this one
 * lacks is removed. Other files in the directory stay.
 *
 * @returns the paths written, `report.html` last
 */
export function writeReport(outDir: string, input: ReportInput, options: WriteOptions = {}): Promise<string[]> {
  return writeFiles(outDir, buildReport(input), OPTIONAL_FILES, options);
}

/**
 * Writes figures into a directory, as `writeReport` does.
 *
 * @param figures SVG by name
 * @returns the paths written
 */
export function writeFigures(
  outDir: string,
  figures: ReadonlyMap<string, string>,
  options: WriteOptions = {},
): Promise<string[]> {
  const files = new Map([...figures].map(([name, svg]) => [`${name}.svg`, svg]));
  return writeFiles(
    outDir,
    files,
    FIGURE_NAMES.flatMap((name) => [`${name}.svg`, `${name}.png`]),
    options,
  );
}

async function writeFiles(
  outDir: string,
  texts: ReadonlyMap<string, string>,
  optional: readonly string[],
  { png = false }: WriteOptions,
): Promise<string[]> {
  const files = png ? await withPictures(texts) : texts;
  const paths: string[] = [];
  for (const stale of optional.filter((path) => !files.has(path))) await rm(join(outDir, stale), { force: true });
  for (const [path, content] of files) {
    const target = join(outDir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.part`, content);
    await replaceFile(`${target}.part`, target);
    paths.push(target);
  }
  return paths;
}

/** Each figure is followed by its picture. */
async function withPictures(texts: ReadonlyMap<string, string>): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  for (const [path, text] of texts) {
    files.set(path, text);
    if (path.endsWith(".svg")) files.set(path.replace(/svg$/, "png"), await renderPng(text));
  }
  return files;
}
