import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/store/safetensors.ts";
import type { NamedArray } from "../../src/store/store.ts";

const tensors = new Map<string, NamedArray>([
  ["mask", { shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["weight", { shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, -7.5) }],
  ["losses", { shape: [2], data: Float64Array.of(Math.PI, -1) }],
  ["rows", { shape: [], data: Int32Array.of(-5) }],
  ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
]);
const metadata = { step: "12", ключ: "✓" };

/** A file with the given header and `dataBytes` zero bytes. */
function fileOf(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const f32 = (shape: number[], begin: number, end: number) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

test("what is encoded is decoded with the same names, types, shapes, bits and metadata", () => {
  const decoded = decodeSafetensors(encodeSafetensors({ tensors, metadata }), "file");
  expect(decoded.metadata).toEqual(metadata);
  expect(new Map([...decoded.tensors].sort())).toEqual(new Map([...tensors].sort()));
});

test("arrays inside a larger, shared or odd-aligned buffer are encoded alone", () => {
  const shared = new Float32Array(new SharedArrayBuffer(32)).fill(9);
  const view = shared.subarray(2, 4).fill(3);
  const bytes = encodeSafetensors({ tensors: new Map([["view", { shape: [2], data: view }]]), metadata: {} });
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  expect(decodeSafetensors(moved.subarray(3), "file").tensors.get("view")).toEqual({
    shape: [2],
    data: Float32Array.of(3, 3),
  });
});

test("a Node Buffer is read like any bytes", () => {
  const decoded = decodeSafetensors(Buffer.from(encodeSafetensors({ tensors, metadata })), "file");
  expect(new Map([...decoded.tensors].sort())).toEqual(new Map([...tensors].sort()));
});

test("the file is as the format says: every tensor aligned, no holes, header in the order of the data", () => {
  const bytes = encodeSafetensors({ tensors, metadata });
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  const { __metadata__: _, ...entries } = header;
  let end = 0;
  for (const { dtype, data_offsets: offsets } of Object.values<{ dtype: string; data_offsets: number[] }>(entries)) {
    expect(offsets[0]).toBe(end);
    expect((8 + headerBytes + offsets[0]!) % { F64: 8, F32: 4, I32: 4, U8: 1 }[dtype]!).toBe(0);
    end = offsets[1]!;
  }
  expect(8 + headerBytes + end).toBe(bytes.length);
});

test("a file written by the reference implementation is read", () => {
  // safetensors.torch.save({"b": torch.tensor([[1., 2.]]), "a": torch.tensor([3], dtype=torch.uint8)}, {"format": "pt"})
  const header =
    '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}   ';
  const bytes = fileOf(header, 9);
  bytes.set([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 3], bytes.length - 9);
  const { tensors: read, metadata: pt } = decodeSafetensors(bytes, "model.safetensors");
  expect([...read]).toEqual([
    ["b", { shape: [1, 2], data: Float32Array.of(1, 2) }],
    ["a", { shape: [1], data: Uint8Array.of(3) }],
  ]);
  expect(pt).toEqual({ format: "pt" });
});

describe("a file that is not whole and sound is refused, naming file and fault", () => {
  const whole = encodeSafetensors({ tensors, metadata });
  const longHeader = new Uint8Array(16);
  new DataView(longHeader.buffer).setBigUint64(0, 2n ** 63n, true);

  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(0), /^f: file must begin with an 8-byte header length; got 0 bytes\.$/],
    ["header longer than the file", longHeader, /^f: header length must be at most 8; got 9223372036854776000\.$/],
    ["header that is no JSON", fileOf("{nope"), /^f: header must be a JSON object in UTF-8\.$/],
    ["header that is no object", fileOf([1]), /^f: header must be a JSON object in UTF-8\.$/],
    [
      "metadata that is no string",
      fileOf({ __metadata__: { step: 3 } }),
      /__metadata__ must hold strings only; got \{"step":3\}/,
    ],
    [
      "foreign dtype",
      fileOf({ a: { ...f32([1], 0, 2), dtype: "BF16" } }, 2),
      /^f: a: dtype must be one of F64, F32, I32, U8; got BF16\./,
    ],
    [
      "dtype of the object prototype",
      fileOf({ a: { ...f32([], 0, 4), dtype: "constructor" } }, 4),
      /a: dtype must be one of/,
    ],
    ["entry that is no object", fileOf({ a: 3 }), /a: dtype must be one of .*; got undefined/],
    ["negative size", fileOf({ a: f32([-1, -1], 0, 4) }, 4), /a: shape must be a list of counts; got \[-1,-1\]/],
    ["fractional size", fileOf({ a: f32([0.5, 2], 0, 4) }, 4), /a: shape must be a list of counts; got \[0.5,2\]/],
    ["offsets backwards", fileOf({ a: f32([0], 4, 0) }, 4), /a: data_offsets must be \[begin, end\]; got \[4,0\]/],
    [
      "shape and offsets that disagree",
      fileOf({ a: f32([2], 0, 4) }, 4),
      /a: data_offsets must span 8 bytes for F32 \(2\); got 4\./,
    ],
    [
      "overlap",
      fileOf({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8),
      /b: data_offsets must begin at 8, where the one before ends; got 4\./,
    ],
    [
      "hole",
      fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12),
      /b: data_offsets must begin at 4, where the one before ends; got 8\./,
    ],
    [
      "data cut short",
      whole.slice(0, -1),
      new RegExp(`^f: file must hold ${whole.length} bytes .*; got ${whole.length - 1}\\. It is torn`),
    ],
    [
      "bytes after the data",
      fileOf({ a: f32([1], 0, 4) }, 5),
      /^f: file must hold \d+ bytes as its header says; got \d+\./,
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, "f")).toThrow(message);
  });

  test("cut at any byte", () => {
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeSafetensors(whole.slice(0, length), "f"), `${length} of ${whole.length} bytes`).toThrow(
        /^f: /,
      );
  });
});
