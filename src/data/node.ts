/** Data sources from files: what a run's `data` settings name, read by Node. */
import { readFile, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { glob, isDynamicPattern } from "tinyglobby";
import type { DataConfig } from "../core/config.ts";
import { ConfigError, FormatError } from "../core/errors.ts";
import { imageSource, type LabelledImages, parseCifar, parseIdx } from "./images.ts";
import type { DataSource } from "./source.ts";
import { syntheticSource } from "./synthetic.ts";
import { textSource } from "./text.ts";

type ImagesConfig = Extract<DataConfig, { kind: "images" }>;

export interface DataFile {
  /** Absolute path. */
  readonly name: string;
  /** Content, unpacked where the name ends in .gz. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the data of a run.
 *
 * @param baseDir what relative paths start from: the directory of the configuration file
 * @throws {ConfigError} a path, glob or directory without a file, an empty file, label files that do not pair with image files
 * @throws {FormatError} a file that is not what `data.format` says, or torn
 */
export async function loadData(config: DataConfig, { baseDir }: { baseDir: string }): Promise<DataSource> {
  switch (config.kind) {
    case "text": {
      const files = await readFiles("paths", config.paths, baseDir);
      return textSource(
        files.map((file) => file.bytes),
        config,
      );
    }
    case "images":
      return imageSource(await readImages(config, baseDir), config);
    default:
      return syntheticSource(config);
  }
}

async function readImages({ format, paths, labels }: ImagesConfig, baseDir: string): Promise<LabelledImages[]> {
  const files = await readFiles("paths", paths, baseDir);
  if (format !== "idx") {
    if (labels)
      throw new ConfigError(
        `data: labels must be left out for ${format}; got ${labels.join(", ")}. Its files hold them.`,
      );
    return files.map((file) => parseCifar(file.name, file.bytes, format));
  }
  if (!labels)
    throw new ConfigError(
      "data: labels must name the label files of format: idx; got none. Give one for each image file.",
    );
  const labelFiles = await readFiles("labels", labels, baseDir);
  if (labelFiles.length !== files.length)
    throw new ConfigError(
      `data: labels must be as many files as paths (${files.length}); got ${labelFiles.length}. Give one for each image file.`,
    );
  return files.map((file, i) => parseIdx(file, labelFiles[i]!));
}

/** Every file that `patterns` name, each once, in their order; those of one glob or directory in the order of their paths. */
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
