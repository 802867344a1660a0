/** Files of a run's `data` settings, read by Node. */
import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve, sep } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { glob, isDynamicPattern } from "tinyglobby";
import { ConfigError, FormatError } from "../core/errors.ts";
import { sourceOf } from "./index.ts";
import type { DataFile, DataSource, FileReader, SourceChoice } from "./source.ts";

/**
 * Reads the data of a run.
 *
 * @param baseDir what relative paths start from: the directory of the configuration file
 * @throws {ConfigError} a path, glob or directory without a file, an empty file, label files that do not pair with image files
 * @throws {FormatError} a file that is not what its format says, or torn
 */
export async function loadData(data: SourceChoice, { baseDir }: { baseDir: string }): Promise<DataSource> {
  return sourceOf(data).load(data, fileReader(baseDir));
}

/** @param baseDir what relative paths start from */
export function fileReader(baseDir: string): FileReader {
  return { read: (setting, patterns) => readFiles(setting, patterns, baseDir), readPackage };
}

/** Packages are looked for where this one is installed. */
const { resolve: resolvePackage } = createRequire(import.meta.url);

async function readPackage(name: string, files: readonly string[]): Promise<DataFile[]> {
  return await Promise.all(
    files.map(async (file) => {
      const path = locate(name, file);
      return { name: path, bytes: await readFile(path) };
    }),
  );
}

function locate(name: string, file: string): string {
  try {
    return resolvePackage(`${name}/${file}`);
  } catch (cause) {
    throw new ConfigError(
      `data: the npm package ${name} must be installed, which has what this kind of data reads; got none. ` +
        `Install it beside sparselaw: npm install ${name}.`,
      { cause },
    );
  }
}

async function readFiles(setting: string, patterns: readonly string[], baseDir: string): Promise<DataFile[]> {
  const names = new Set<string>();
  for (const pattern of patterns) for (const name of await expand(setting, pattern, baseDir)) names.add(name);
  const files: DataFile[] = [];
  for (const name of names) files.push(await readDataFile(setting, name));
  return files;
}

async function expand(setting: string, pattern: string, baseDir: string): Promise<string[]> {
  const path = resolve(baseDir, pattern);
  // A glob has forward slashes, and files are in the order of names that have them: the same on Windows as elsewhere.
  const slashed = pattern.replaceAll(sep, "/");
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  if (!found?.isDirectory() && !isDynamicPattern(slashed))
    throw new ConfigError(
      `data: ${setting} must name existing files; got ${pattern} (${path}). Relative paths start at the configuration file.`,
    );
  const names = found
    ? await glob("**", { cwd: path, absolute: true })
    : await glob(slashed, { cwd: baseDir, absolute: true });
  if (names.length === 0)
    throw new ConfigError(
      `data: ${setting} must match at least one file; got ${pattern} in ${baseDir}. Relative paths start at the configuration file.`,
    );
  return names.sort().map((name) => resolve(name));
}

async function readDataFile(setting: string, name: string): Promise<DataFile> {
  const raw = await readFile(name).catch((cause: Error) => {
    throw new ConfigError(`data: ${setting} must be readable; got ${cause.message}. Check the file's rights.`, {
      cause,
    });
  });
  const bytes = name.endsWith(".gz") ? await unpack(name, raw) : raw;
  if (bytes.length === 0)
    throw new ConfigError(`data: ${setting} must name files with content; got ${name}, which is empty. Leave it out.`);
  return { name, bytes };
}

async function unpack(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return promisify(gunzip)(bytes).catch((cause: Error) => {
    throw new FormatError(name, `file must be whole gzip data; got "${cause.message}". Download it again.`, { cause });
  });
}
