/** Files that the user names. */
import { readFile } from "node:fs/promises";
import { ConfigError } from "../core/errors.ts";

/**
 * The text of a file.
 *
 * @throws {ConfigError} where it cannot be read
 */
export async function readText(file: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(file));
}

/** @throws {ConfigError} where it cannot be read */
export async function readBytes(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(`${file}: the file must be readable; got ${cause.code}. Check the path.`, { cause });
  });
}
