/** Tables as files: every format that others write, told by its content. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { chinchillaLaw, readTable, rowsOf } from "../../src/fit/index.ts";

const csv = "N,D,loss\n10,2000,3.5\n40,8000,3.25\n";
const expected = [
  { sparsity: 0, nonzeroParams: 10, data: 2000, loss: 3.5 },
  { sparsity: 0, nonzeroParams: 40, data: 8000, loss: 3.25 },
];
const columns: ColumnSource[] = [
  { name: "N", data: [10n, 40n], type: "INT64" },
  { name: "D", data: [2000, 8000], type: "INT32" },
  { name: "loss", data: [3.5, 3.25], type: "DOUBLE" },
  { name: "run", data: ["a", "b"], type: "STRING" },
];
const bytes = (text: string) => new TextEncoder().encode(text);
const parquet = (options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData: columns, ...options }));
const compressors = { BROTLI: (b: Uint8Array) => brotliCompressSync(b), GZIP: (b: Uint8Array) => gzipSync(b) };

describe("one table in every file", () => {
  test.each([
    ["CSV", bytes(csv)],
    ["gzipped CSV", gzipSync(csv)],
    ["gzipped JSON lines", gzipSync('{"N":10,"D":2000,"loss":3.5}\n{"N":40,"D":8000,"loss":3.25}\n')],
    ["Parquet", parquet()],
    ["Parquet, uncompressed", parquet({ codec: "UNCOMPRESSED" })],
    ["Parquet, brotli", parquet({ codec: "BROTLI", compressors })],
    ["Parquet, gzip", parquet({ codec: "GZIP", compressors })],
    ["gzipped Parquet", gzipSync(parquet())],
  ])("%s", async (_, file) => {
    expect(rowsOf(await readTable(file, "runs"), chinchillaLaw)).toEqual(expected);
  });
});

describe("a faulty file is refused by its name", () => {
  test.each([
    ["torn gzip", gzipSync(csv).subarray(0, 25), /^runs\.gz: gzip data must be whole; got: /],
    ["torn Parquet", parquet().subarray(0, 60), /^runs\.gz: Parquet must be whole and of plain columns; got: /],
    ["bytes that are no text", new Uint8Array([0x4e, 0xff, 0xfe]), /^runs\.gz: table must be UTF-8 text, Parquet/],
    ["an empty file", new Uint8Array(), /^runs\.gz: table must have a header and rows; got none/],
    [
      "Parquet without rows",
      parquet({ columnData: [{ name: "N", data: [], type: "INT32" }] }),
      /^runs\.gz: table must have a header and rows; got none/,
    ],
  ])("%s", async (_, file, message) => {
    await expect(readTable(file, "runs.gz")).rejects.toThrow(message);
  });

  test("a null in Parquet, by row and column", async () => {
    const columnData: ColumnSource[] = [
      { name: "N", data: [10, 40], type: "INT32" },
      { name: "D", data: [2000, null], type: "INT32" },
      { name: "loss", data: [3.5, 3.25], type: "DOUBLE" },
    ];
    const table = await readTable(parquet({ columnData }), "runs.parquet");
    expect(() => rowsOf(table, chinchillaLaw)).toThrow("runs.parquet:2: D must be a number; got null");
  });
});
