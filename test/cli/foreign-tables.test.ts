/** Tables of other people's runs: one law, three conventions, the same coefficients. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import { type ChinchillaParams, chinchillaLaw, type FitRow } from "../../src/fit/index.ts";
import { plant, relativeError } from "../fit/planted.ts";
import { temporaryDirectory } from "../temporary.ts";
import { type Ended, jsonLines, runCli } from "./run-cli.ts";

const truth: ChinchillaParams = { E: 1.69, A: 406.4, alpha: 0.34, B: 410.7, beta: 0.28 };

/** 240 runs as in Hoffmann et al. 2022: sizes of 44 M to 16 B parameters, 6·10¹⁸ to 3·10²¹ FLOPs. */
const inputs = Array.from({ length: 240 }, (_, i) => {
  const size = 44e6 * (16e9 / 44e6) ** ((i % 20) / 19);
  const flops = 6e18 * (3e21 / 6e18) ** (Math.floor(i / 20) / 11);
  return { sparsity: 0, nonzeroParams: Math.round(size), data: Math.round(flops / (6 * size)) };
});
const rows = plant(chinchillaLaw, truth, { noise: 0.003, inputs });

const directory = temporaryDirectory();
const write = (name: string, content: string | Uint8Array) => {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
};
const csv = (header: string, cells: (row: FitRow) => readonly number[]) =>
  `${header}\n${rows.map((row) => cells(row).join(",")).join("\n")}\n`;
const column = (name: string, of: (row: FitRow) => number): ColumnSource => ({
  name,
  data: rows.map(of),
  type: "DOUBLE",
});
const flops = (row: FitRow) => 6 * row.nonzeroParams * row.data;

const plain = csv("N,D,loss", (row) => [row.nonzeroParams, row.data, row.loss]);
const conventions: [what: string, ...args: string[]][] = [
  ["a CSV of N, D and loss", write("plain.csv", plain)],
  [
    "JSON lines in millions and billions",
    write(
      "runs.jsonl",
      rows
        .map((row) => JSON.stringify({ mparams: row.nonzeroParams / 1e6, btokens: row.data / 1e9, L: row.loss }))
        .join("\n"),
    ),
    ...["--expr", "nonzero=mparams*1e6", "--expr", "data=btokens*1e9", "--data-unit", "tokens"],
  ],
  [
    "Parquet of model size and training FLOPs",
    write(
      "runs.parquet",
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            column("Model Size", (row) => row.nonzeroParams),
            column("Training FLOP", flops),
            column("loss", (row) => row.loss),
          ],
        }),
      ),
    ),
    ...["--expr", "data=`Training FLOP`/(6*`Model Size`)"],
  ],
  [
    "gzipped CSV in bits, with usual names of others",
    write(
      "runs",
      gzipSync(csv("params,Training Tokens,final_loss", (r) => [r.nonzeroParams, r.data, r.loss / Math.LN2])),
    ),
    ...["--loss-unit", "bits"],
  ],
];

describe("240 Chinchilla-shaped runs of other people", () => {
  const fits = new Map<string, Record<string, unknown>>();
  beforeAll(async () => {
    for (const [what, ...args] of conventions)
      fits.set(what, jsonLines(await runCli("fit", ...args, "--law", "chinchilla", "--starts", "12", "--json"))[0]!);
  });
  const paramsOf = (what: string) => fits.get(what)!.params as ChinchillaParams;

  /** Standard errors of refits of 40 draws at this noise: E .36 %, A 3.9 %, alpha .69 %, B 2.3 %, beta .45 %. */
  const threeSigma: ChinchillaParams = { E: 0.011, A: 0.12, alpha: 0.021, B: 0.07, beta: 0.014 };

  test.each(conventions.map(([what]) => what))("%s: the planted coefficients within three standard errors", (what) => {
    for (const name of chinchillaLaw.parameters)
      expect(relativeError(paramsOf(what)[name], truth[name]), name).toBeLessThan(threeSigma[name]);
  });

  test.each(conventions.slice(1).map(([what]) => what))("%s: the coefficients of the plain CSV within 1e-6", (what) => {
    for (const name of chinchillaLaw.parameters)
      expect(relativeError(paramsOf(what)[name], paramsOf(conventions[0]![0])[name]), name).toBeLessThan(1e-6);
  });

  test("each record says what D counts, where that is known", () => {
    const unknown = "units of the data column";
    expect(conventions.map(([what]) => fits.get(what)!.dataUnit)).toEqual([unknown, "tokens", unknown, "tokens"]);
  });
});

describe("for people", () => {
  const fitForPeople = (...args: string[]): Promise<Ended> =>
    runCli("fit", ...args, "--law", "chinchilla", "--starts", "6", "--data-unit", "tokens");

  test("a fit tells which columns it took and the units of every parameter", async () => {
    const { stdout, exitCode } = await fitForPeople(conventions[0]![1]!);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("plain.csv: sparsity = 0, nonzero = N, data = D, loss = loss");
    expect(stdout).toContain(
      "N in parameters, D in tokens, L in nats per token; E in nats, A in nats·N^alpha, B in nats·D^beta",
    );
  });

  test("rows left out are named with the reason, and stand in the record", async () => {
    const file = write("outliers.csv", `${plain}1e9,1e10,9.5\n1e9,1e10,0.1\n2e3,1e10,3\n`);
    const rules = ["--drop-top", "1", "--drop-bottom", "1", "--where", "nonzero > 1e6"];
    const { stderr } = await fitForPeople(file, ...rules);
    expect(stderr.trimEnd().split("\n")).toEqual([
      `left out, not nonzero > 1e6: ${file}:244`,
      `left out, loss among the 1 largest: ${file}:242`,
      `left out, loss among the 1 smallest: ${file}:243`,
    ]);
    const [record] = jsonLines(await fitForPeople(file, ...rules, "--json"));
    expect(record).toMatchObject({
      rows: 240,
      leftOut: [{}, { row: `${file}:242`, reason: "loss among the 1 largest" }, {}],
    });
  });
});
