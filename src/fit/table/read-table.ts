/** Tables as bytes of a file: text of any kind, Parquet, and either of them gzipped. The content tells the format. */
import { FormatError } from "../../core/errors.ts";
import { parseTable, type Table, tableOf } from "./parse-table.ts";

const GZIP_MAGIC = [0x1f, 0x8b];
const PARQUET_MAGIC = [..."PAR1"].map((letter) => letter.charCodeAt(0));

/**
 * Reads a table from the bytes of a file.
 *
 *   Parquet   rows of plain columns; uncompressed, snappy, gzip, brotli, zstd, lz4
 *   text      UTF-8, as `parseTable` reads it
 *   gzip      of either
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {FormatError} naming the file, and the line where one is to blame, for bytes that are none of these
 */
export async function readTable(bytes: Uint8Array, source: string): Promise<Table> {
  if (startsWith(bytes, GZIP_MAGIC)) return readTable(await gunzip(bytes, source), source);
  if (startsWith(bytes, PARQUET_MAGIC)) return parquetTable(bytes, source);
  return parseTable(decodeText(bytes, source), source);
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);

function decodeText(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const problem = "table must be UTF-8 text, Parquet, or either of them gzipped; got other bytes. Convert the file.";
    throw new FormatError(source, problem, { cause });
  }
}

async function gunzip(bytes: Uint8Array, source: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new FormatError(source, `gzip data must be whole; got: ${reasonOf(cause)}. Copy the file again.`, { cause });
  }
}

/** The reader is loaded with the first Parquet file: most sessions need none. */
async function parquetTable(bytes: Uint8Array, source: string): Promise<Table> {
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  try {
    const file = new Uint8Array(bytes).buffer;
    const rows = await parquetReadObjects({ file, compressors });
    return tableOf(
      source,
      rows.map((cells, i) => ({ record: i + 1, cells: withPlainNumbers(cells) })),
    );
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(
      source,
      `Parquet must be whole and of plain columns; got: ${reasonOf(cause)}. Write it again.`,
      {
        cause,
      },
    );
  }
}

/** 64-bit integers become numbers: counts beyond 2⁵³ lose digits that no fit can tell. */
function withPlainNumbers(cells: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [name, typeof cell === "bigint" ? Number(cell) : cell]),
  );
}

/** What a reader said, as a clause. */
function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
}
