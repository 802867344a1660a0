/** Parts of a user's own, from files that a configuration names. Node only. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { listOf, type Named } from "../core/registry.ts";
import { register } from "./parts.ts";

/**
 * Registers every part that the files export.
 *
 * @param baseDir what relative paths start from: the directory of the configuration file
 * @returns the SHA-256 of each file's content, in the order of the files: what stands for them in a run's id
 * @throws {ConfigError} for a file that is not there, cannot be run, or exports no part
 */
export async function loadPlugins(files: readonly string[], baseDir: string): Promise<string[]> {
  const hashes: string[] = [];
  for (const file of files) hashes.push(await loadPlugin(resolve(baseDir, file)));
  return hashes;
}

async function loadPlugin(file: string): Promise<string> {
  const content = await readFile(file).catch((cause: Error) => {
    throw new ConfigError(
      `plugins: file must be readable; got ${cause.message}. Relative paths start at the configuration file.`,
      { cause },
    );
  });
  const hash = sha256Hex(content);
  const exported = Object.values(await importFile(file, hash));
  const parts = exported.filter((value) => listOf(value) !== undefined) as Named[];
  if (parts.length === 0)
    throw new ConfigError(
      `${file}: a plugin must export what a define… function of sparselaw returns; got ${exported.length} other exports. ` +
        "Export it, e.g. export default defineMethod({ … }).",
    );
  for (const part of parts) register(part, file);
  return hash;
}

/** The module of a file's present content: an edited file is run anew, an unchanged one is not. */
async function importFile(file: string, hash: string): Promise<object> {
  try {
    return await import(`${pathToFileURL(file)}?content=${hash.slice(0, 16)}`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy =
      code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "TypeScript needs Node ≥ 22.18; write the plugin as .mjs for older ones."
        : "Run the file on its own to see where.";
    throw new ConfigError(`${file}: a plugin must be a module that runs; got "${message}". ${remedy}`, { cause });
  }
}

/** The plugins that a configuration names, before it can be checked: its schema depends on them. */
export function pluginsOf(input: unknown): string[] {
  const { plugins, base } = Object(input) as { plugins?: unknown; base?: unknown };
  const named = plugins ?? (Object(base) as { plugins?: unknown }).plugins;
  return Array.isArray(named) ? named.filter((file) => typeof file === "string") : [];
}
