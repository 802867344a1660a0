/** Data that are read once, for any number of threads. */
import { ConfigError } from "../core/errors.ts";
import { sourceOf } from "./index.ts";
import type { DataSource, FileReader, SourceChoice } from "./source.ts";

export interface SharedData {
  readonly data: DataSource;
  /** What another thread opens, its arrays in shared memory; undefined where every thread has to load the data itself. */
  readonly content?: unknown;
}

/**
 * Reads the data of several runs, where their source knows how to; else loads them for this thread alone.
 *
 * @throws {ConfigError} as `loadData`, and for a source that reads what threads cannot share
 * @throws {FormatError} as `loadData`
 */
export async function loadShared(choice: SourceChoice, files: FileReader): Promise<SharedData> {
  const source = sourceOf(choice);
  if (source.read === undefined) return { data: await source.load(choice, files) };
  const content = shareArrays(await source.read(choice, files), source.name);
  return { data: source.open(content, choice), content };
}

/** The same data on another thread; undefined where it has to load them itself. */
export function openShared(choice: SourceChoice, content: unknown): DataSource | undefined {
  const source = sourceOf(choice);
  return content === undefined || source.read === undefined ? undefined : source.open(content, choice);
}

/** The value with its arrays in shared memory, so that a message to another thread takes them along without a copy. */
function shareArrays(value: unknown, source: string): unknown {
  if (Object(value) !== value) return value;
  if (ArrayBuffer.isView(value)) return shareArray(value);
  if (Array.isArray(value)) return value.map((item) => shareArrays(item, source));
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype)
    return Object.fromEntries(
      Object.entries(value as object).map(([key, member]) => [key, shareArrays(member, source)]),
    );
  throw new ConfigError(
    `source ${source}: read must give values of JSON and typed arrays, in lists and plain objects; ` +
      `got a ${prototype.constructor.name}. Make the rest in open.`,
  );
}

function shareArray(array: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = array;
  if (buffer instanceof SharedArrayBuffer) return array;
  const shared = new SharedArrayBuffer(byteLength);
  new Uint8Array(shared).set(new Uint8Array(buffer, byteOffset, byteLength));
  // A Buffer, too, arrives at another thread as a Uint8Array.
  const View = array instanceof Uint8Array ? Uint8Array : array.constructor;
  return new (View as new (buffer: SharedArrayBuffer) => ArrayBufferView)(shared);
}
