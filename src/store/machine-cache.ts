/** What was measured of this machine once, remembered on disk. Node only. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import { VERSION } from "../core/version.ts";
import { replaceFile } from "./files.ts";

/** Where such files are kept; SPARSELAW_CACHE names another directory. */
export function cacheFile(name: string): string {
  const cache =
    process.env.SPARSELAW_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sparselaw");
  return join(cache, name);
}

/** What a measurement is of: this CPU, Node and package, and what was run on them. */
export function machineKey(build: string): string {
  return [cpus()[0]?.model ?? "unknown CPU", process.version, VERSION, build].join(" · ");
}

/** Every entry of a file; none where it cannot be read: it holds nothing that cannot be measured anew. */
export async function readEntries(name: string): Promise<Record<string, unknown>> {
  const text = await readFile(cacheFile(name), "utf8").catch(() => "{}");
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Adds an entry to a file, beside which it is written first. */
export async function rememberEntry(name: string, key: string, entry: unknown): Promise<void> {
  const file = cacheFile(name);
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, `${JSON.stringify({ ...(await readEntries(name)), [key]: entry }, null, 2)}\n`);
  await replaceFile(beside, file);
}
