/** Sources that need no files. */
import { sourceOf } from "../src/sources/index.ts";
import type { DataSource, SourceChoice } from "../src/sources/source.ts";

const noFiles = { read: () => Promise.reject(new Error("this source needs no files")) };

export function syntheticSource(data: SourceChoice): DataSource {
  return sourceOf(data).load(data, noFiles) as DataSource;
}
