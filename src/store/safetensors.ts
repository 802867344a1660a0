/**
 * The safetensors format: u64 header length, JSON header, then the tensors' bytes without holes, little-endian like every
 * platform that runs WebAssembly.
 *
 * Source  https://github.com/huggingface/safetensors (format and limits)
 */
import { FormatError } from "../core/errors.ts";
import type { NamedArray } from "./store.ts";

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const ARRAYS = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array };
type DType = keyof typeof ARRAYS;
const MAX_HEADER_BYTES = 100_000_000;

/** Writes tensors widest element first, so that each begins at a multiple of its element size. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, { data: x }], [b, { data: y }]) => y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  let end = 0;
  const entries = sorted.map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: dtypeOf(data), shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = new TextEncoder().encode(json);
  const dataBegin = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(dataBegin + end).fill(0x20, 8, dataBegin);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataBegin - 8), true);
  bytes.set(header, 8);
  for (const [i, [, { data }]] of sorted.entries())
    bytes.set(bytesOf(data), dataBegin + entries[i]![1].data_offsets[0]!);
  return bytes;
}

export const bytesOf = (data: NamedArray["data"]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const dtypeOf = (data: NamedArray["data"]) =>
  (Object.keys(ARRAYS) as DType[]).find((dtype) => data instanceof ARRAYS[dtype])!;

/**
 * Reads a file in the safetensors format; nothing in it is trusted.
 *
 * @param file what to name in messages
 * @throws {FormatError} header length, JSON, dtype, shape, offsets that overlap, leave holes or do not fit the file
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const fail = (problem: string): never => {
    throw new FormatError(file, problem);
  };
  const { header, dataBegin } = readHeader(bytes, fail);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string"))
    fail(`__metadata__ must hold strings only; got ${JSON.stringify(metadata)}.`);
  const slots = Object.entries(entries).map(([name, entry]) => readSlot(name, entry, fail));
  let end = 0;
  for (const { name, offsets } of slots.toSorted(
    (a, b) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1],
  )) {
    if (offsets[0] !== end)
      fail(`${name}: data_offsets must begin at ${end}, where the one before ends; got ${offsets[0]}.`);
    end = offsets[1];
  }
  if (dataBegin + end !== bytes.length)
    fail(`file must hold ${dataBegin + end} bytes as its header says; got ${bytes.length}. It is torn or not whole.`);
  const tensors = slots.map(({ name, dtype, shape, offsets }): [string, NamedArray] => {
    // Not bytes.slice(): that of Node's Buffer is no copy.
    const copy = new Uint8Array(bytes.subarray(dataBegin + offsets[0], dataBegin + offsets[1]));
    return [name, { shape, data: new ARRAYS[dtype](copy.buffer) }];
  });
  return { tensors: new Map(tensors), metadata: metadata as Record<string, string> };
}

type Fail = (problem: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { header: Record<string, unknown>; dataBegin: number } {
  if (bytes.length < 8) fail(`file must begin with an 8-byte header length; got ${bytes.length} bytes.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER_BYTES, bytes.length - 8))
    fail(`header length must be at most ${Math.min(MAX_HEADER_BYTES, bytes.length - 8)}; got ${length}.`);
  const header = parseJson(bytes.subarray(8, 8 + length));
  return isObject(header) ? { header, dataBegin: 8 + length } : fail("header must be a JSON object in UTF-8.");
}

function parseJson(utf8: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(utf8));
  } catch {
    return undefined;
  }
}

function readSlot(name: string, entry: unknown, fail: Fail) {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (!isDType(dtype)) return fail(`${name}: dtype must be one of ${Object.keys(ARRAYS).join(", ")}; got ${dtype}.`);
  if (!isCounts(shape)) return fail(`${name}: shape must be a list of counts; got ${JSON.stringify(shape)}.`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[1]! < offsets[0]!)
    return fail(`${name}: data_offsets must be [begin, end]; got ${JSON.stringify(offsets)}.`);
  const wanted = shape.reduce((product, size) => product * size, ARRAYS[dtype].BYTES_PER_ELEMENT);
  const [begin, end] = offsets as [number, number];
  if (end - begin !== wanted)
    return fail(
      `${name}: data_offsets must span ${wanted} bytes for ${dtype} (${shape.join(", ")}); got ${end - begin}.`,
    );
  return { name, dtype, shape, offsets: [begin, end] as const };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isDType = (value: unknown): value is DType => typeof value === "string" && Object.hasOwn(ARRAYS, value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
