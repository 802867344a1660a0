/** Sources that need no files. */
import { sourceOf } from "../src/sources/index.ts";
import type { DataSource, SourceChoice } from "../src/sources/source.ts";

const refuse = () => Promise.reject(new Error("this source needs no files"));
const noFiles = { read: refuse, readPackage: refuse };

export function syntheticSource(data: SourceChoice): DataSource {
  return sourceOf(data).load(data, noFiles) as DataSource;
}
