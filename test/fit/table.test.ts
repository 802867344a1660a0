import { describe, expect, test } from "vitest";
import type { RunResult } from "../../src/core/record.ts";
import {
  chinchillaLaw,
  dropTop,
  parseMapping,
  parseTable,
  rowsOf,
  rowsOfRuns,
  sparseLaw,
} from "../../src/fit/index.ts";

const csv = "run,sparsity,size,val-loss,steps\n0,0.0,4,3.5,100\n1,0.5,8,3.25,200\n";
const mapping = parseMapping("loss=val-loss", ["nonzero=1000*size*(1-sparsity)", "data=steps*512"]);
const expected = [
  { sparsity: 0, nonzeroParams: 4000, data: 51_200, loss: 3.5 },
  { sparsity: 0.5, nonzeroParams: 4000, data: 102_400, loss: 3.25 },
];

describe("one table in every format", () => {
  test.each([
    ["CSV", csv],
    ["CSV with byte-order mark, carriage returns and blank lines", `\ufeff${csv.replaceAll("\n", "\r\n")}\r\n`],
    ["tab-separated", csv.replaceAll(",", "\t")],
    [
      "JSON rows",
      '[{"sparsity":0,"size":4,"val-loss":3.5,"steps":100},{"sparsity":0.5,"size":8,"val-loss":3.25,"steps":200}]',
    ],
    [
      "JSON lines",
      '{"sparsity":0,"size":4,"val-loss":3.5,"steps":100}\n\n{"sparsity":0.5,"size":8,"val-loss":3.25,"steps":200}\n',
    ],
    ["JSON columns", '{"sparsity":[0,0.5],"size":[4,8],"val-loss":[3.5,3.25],"steps":[100,200]}'],
    [
      "pandas columns with gaps in the index",
      '{"sparsity":{"0":0,"7":0.5},"size":{"0":4,"7":8},"val-loss":{"7":3.25,"0":3.5},"steps":{"0":100,"7":200}}',
    ],
    [
      "numbers as text",
      '[{"sparsity":"0","size":"4","val-loss":"3.5","steps":"1e2"},{"sparsity":".5","size":"8","val-loss":"3.25","steps":"200"}]',
    ],
  ])("%s", (_, text) => {
    expect(rowsOf(parseTable(text, "table"), sparseLaw, mapping)).toEqual(expected);
  });

  test("usual column names need no mapping; a law without sparsity needs no such column", () => {
    const text = "N,D,val-loss\n10,20,3\n";
    expect(rowsOf(parseTable(text, "t.csv"), chinchillaLaw)).toEqual([
      { sparsity: 0, nonzeroParams: 10, data: 20, loss: 3 },
    ]);
    expect(() => rowsOf(parseTable(text, "t.csv"), sparseLaw)).toThrow(
      't.csv: columns must include sparsity or S for sparsity; got "N", "D", "val-loss".',
    );
  });
});

describe("a faulty table is refused", () => {
  const rows = (text: string) => rowsOf(parseTable(text, "runs.csv"), sparseLaw, mapping);

  test.each([
    [
      "a mapped column that is not there, with those that are",
      csv.replace("val-loss", "perplexity"),
      /columns must include val-loss for loss; got "run", "sparsity", "size", "perplexity", "steps"/,
    ],
    [
      "a cell that is not a number, by file, line, column and value",
      csv.replace("3.25", "n/a"),
      /^runs\.csv:3: val-loss must be a number; got "n\/a"/,
    ],
    ["NaN", csv.replace("3.25", "NaN"), /^runs\.csv:3: val-loss must be a number; got "NaN"/],
    ["an empty cell", csv.replace("3.25", ""), /^runs\.csv:3: val-loss must be a number; got ""/],
    [
      "a cell that only an expression reads",
      csv.replace("200", "many"),
      /^runs\.csv:3: steps must be a number; got "many"/,
    ],
    ["sparsity of 1", csv.replace("0.5", "1"), /^runs\.csv:3: sparsity must be in \[0, 1\); got 1/],
    ["sparsity in percent", csv.replace("0.5", "50"), /^runs\.csv:3: sparsity must be in \[0, 1\); got 50/],
    ["a size of zero", csv.replace(",8,", ",0,"), /^runs\.csv:3: nonzeroParams must be a positive number; got 0/],
    ["a negative loss", csv.replace("3.5", "-3.5"), /^runs\.csv:2: loss must be a positive number; got -3.5/],
    ["a line with a cell too many", `${csv}2,0,1,3,4,5\n`, /^runs\.csv:4: table must be CSV/],
    ["a header without rows", "sparsity,loss\n", /^runs\.csv: table must have a header and rows; got none/],
    ["nothing at all", "", /^runs\.csv: table must have a header and rows; got none/],
    ["torn JSON lines, by line", '{"loss":1}\n{"loss":', /^runs\.csv:2: text must be JSON, or JSON on each line/],
    ["JSON rows that are no objects", '[{"loss":1}, 5]', /^runs\.csv:2: row must be an object of named numbers; got 5/],
    [
      "a null in pandas columns",
      '{"sparsity":{"0":null},"size":{"0":1},"val-loss":{"0":2},"steps":{"0":3}}',
      /^runs\.csv:1: sparsity must be a number; got null/,
    ],
  ])("for %s", (_, text, message) => {
    expect(() => rows(text)).toThrow(message);
  });

  test.each([
    ["loss", "--columns: loss must be <quantity>=<source>"],
    ["perplexity=ppl", 'one of sparsity, nonzero, data, loss; got "perplexity"'],
    ["loss=", "--columns: loss= must be <quantity>=<source>"],
  ])("the mapping %s is refused", (text, message) => {
    expect(() => parseMapping(text)).toThrow(message);
  });
});

describe("rows left out", () => {
  const rows = [3, 9, 5, 9, 1].map((loss, i) => ({ sparsity: 0, nonzeroParams: i + 1, data: 10 - i, loss }));

  test("are the largest by the quantity named", () => {
    expect(dropTop(rows, 2, "loss").map((row) => row.loss)).toEqual([3, 5, 1]);
    expect(dropTop(rows, 1, "nonzero").map((row) => row.loss)).toEqual([3, 9, 5, 9]);
    expect(dropTop(rows, 0, "data")).toEqual(rows);
  });

  test("must leave some, and be by a known quantity", () => {
    expect(() => dropTop(rows, 5, "loss")).toThrow("below the 5 rows; got 5");
    expect(() => dropTop(rows, 1.5, "loss")).toThrow("got 1.5");
    expect(() => dropTop(rows, 1, "accuracy")).toThrow('one of sparsity, nonzero, data, loss; got "accuracy"');
  });

  test("are runs that did not complete, each with its reason", () => {
    const run = (id: string, status: string, message?: string) =>
      ({ id, status, message, sparsity: 0.5, nonzeroParams: 10, dataSeen: 20, validLoss: 2 }) as RunResult;
    expect(rowsOfRuns([run("a", "completed"), run("b", "diverged", "loss is NaN"), run("c", "stopped")])).toEqual({
      rows: [{ sparsity: 0.5, nonzeroParams: 10, data: 20, loss: 2 }],
      skipped: [
        { id: "b", reason: "diverged: loss is NaN" },
        { id: "c", reason: "stopped" },
      ],
    });
  });
});
