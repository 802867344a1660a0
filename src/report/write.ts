/** Puts a report on disk. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FIGURE_NAMES } from "./figures/index.ts";
import { buildReport, type ReportInput } from "./report.ts";
import { OPTIMUM_TABLE_NAMES } from "./tables.ts";

/** Files that an earlier report may have left and a new one, without a fit for instance, may lack. */
const OPTIONAL_FILES = [
  ...FIGURE_NAMES.map((name) => `figures/${name}.svg`),
  ...OPTIMUM_TABLE_NAMES.flatMap((name) => [`tables/${name}.csv`, `tables/${name}.json`]),
  "fit.json",
];

/**
 * Writes a report into a directory, each file beside and renamed, the page last; what an earlier report left and this one
 * lacks is removed. Other files in the directory stay.
 *
 * @returns the paths written, `report.html` last
 */
export async function writeReport(outDir: string, input: ReportInput): Promise<string[]> {
  const files = buildReport(input);
  const paths: string[] = [];
  for (const stale of OPTIONAL_FILES.filter((path) => !files.has(path))) await rm(join(outDir, stale), { force: true });
  for (const [path, text] of files) {
    const target = join(outDir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.part`, text);
    await rename(`${target}.part`, target);
    paths.push(target);
  }
  return paths;
}
