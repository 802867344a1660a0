import { describe, expect, test } from "vitest";
import type { RunResult } from "../../src/core/record.ts";
import {
  chinchillaLaw,
  mapTable,
  parseMapping,
  parseTable,
  rowsOf,
  rowsOfRuns,
  selectRows,
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
    ["tab-separated, with commas in cells", csv.replaceAll(",", "\t").replace("run", '"run, by number"')],
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
    ["loss", "`columns`: loss must be <quantity>=<source>"],
    ["perplexity=ppl", 'one of sparsity, nonzero, data, loss, mean; got "perplexity"'],
    ["loss=", "`columns`: loss= must be <quantity>=<source>"],
  ])("the mapping %s is refused", (text, message) => {
    expect(() => parseMapping(text)).toThrow(message);
  });
});

describe("usual column names", () => {
  const quantities = (text: string, law = chinchillaLaw as Parameters<typeof mapTable>[1]) =>
    mapTable(parseTable(text, "t.csv"), law).origins;

  test.each([
    ["params,tokens,final_loss", { nonzero: "params", data: "tokens", loss: "final_loss" }],
    ["Model Size,Training Tokens,Loss", { nonzero: "Model Size", data: "Training Tokens", loss: "Loss" }],
    ["n_params,examples-seen,loss,eval_loss", { nonzero: "n_params", data: "examples-seen", loss: "eval_loss" }],
    ["nonZeroParams,d,L,mean params", { nonzero: "nonZeroParams", data: "d", loss: "L", mean: "mean params" }],
  ])("%s are understood", (header, expected) => {
    expect(quantities(`${header}\n1,2,3,4\n`.replace(/,4(?=\n$)/, header.split(",").length === 4 ? ",4" : ""))).toEqual(
      {
        sparsity: "0",
        ...expected,
      },
    );
  });

  test("a size that may count zeros is not taken for the non-zero one where the table has a sparsity", () => {
    expect(() => quantities("sparsity,params,tokens,loss\n.5,1,2,3\n", sparseLaw)).toThrow(
      /columns must include nonzero or N for nonzero/,
    );
  });

  test("two columns of one name ask which is meant", () => {
    expect(() => quantities("N,D,Loss,loss\n1,2,3,4\n")).toThrow(
      't.csv: columns must have one for loss; got "Loss", "loss". Name another with `columns` loss=… or `expressions` loss=….',
    );
  });

  test.each([
    ["N,tokens,L", "tokens"],
    ["N,Images Seen,L", "images"],
    ["N,D,L", undefined],
  ])("%s counts data in %s", (header, unit) => {
    expect(mapTable(parseTable(`${header}\n1,2,3\n`, "t.csv"), chinchillaLaw).dataUnit).toBe(unit);
  });

  test("a unit is not read out of a column that was named by hand", () => {
    const table = parseTable("N,tokens_billions,L\n1,2,3\n", "t.csv");
    expect(mapTable(table, chinchillaLaw, parseMapping("data=tokens_billions")).dataUnit).toBeUndefined();
  });
});

test("losses in bits become nats", () => {
  const [row] = rowsOf(parseTable("N,D,L\n1,2,3\n", "t.csv"), chinchillaLaw, {}, "bits");
  expect(row!.loss).toBe(3 * Math.LN2);
});

test("the mean size over training is read where there is one, and must be positive", () => {
  const text = "S,N,D,L,meanParams\n.5,1,2,3,1.5\n";
  expect(rowsOf(parseTable(text, "t.csv"), sparseLaw)).toMatchObject([{ nonzeroParams: 1, meanParams: 1.5 }]);
  expect(() => rowsOf(parseTable(text.replace("1.5", "-1"), "t.csv"), sparseLaw)).toThrow(
    "t.csv:2: meanParams must be a positive number; got -1",
  );
});

describe("rows left out", () => {
  const rows = [3, 9, 5, 9, 1].map((loss, i) => ({
    row: { sparsity: 0, nonzeroParams: i + 1, data: 10 - i, loss },
    name: `t.csv:${i + 2}`,
    cells: { warmup: i, note: "x" },
  }));
  const losses = (rules: Parameters<typeof selectRows>[1]) => selectRows(rows, rules).kept.map(({ loss }) => loss);

  test("are the largest and the smallest by the quantity named, each with the reason", () => {
    expect(losses({ dropTop: 2 })).toEqual([3, 5, 1]);
    expect(losses({ dropTop: 1, by: "nonzero" })).toEqual([3, 9, 5, 9]);
    expect(losses({ dropBottom: 2 })).toEqual([9, 5, 9]);
    expect(losses({})).toEqual([3, 9, 5, 9, 1]);
    expect(selectRows(rows, { dropTop: 1, dropBottom: 1 }).leftOut).toEqual([
      { row: "t.csv:3", reason: "loss among the 1 largest" },
      { row: "t.csv:6", reason: "loss among the 1 smallest" },
    ]);
  });

  test.each([
    ["loss < 4", [3, 1]],
    ["data >= 9", [3, 9]],
    ["data*nonzero != 24", [3, 9, 9, 1]],
    ["warmup > 2", [9, 1]],
    ["`warmup` == min(warmup, 1)", [3, 9]],
  ])("leave those that meet %s", (condition, expected) => {
    expect(losses({ where: [condition] })).toEqual(expected);
  });

  test("all conditions are to be met, before the largest are looked for", () => {
    const { kept, leftOut } = selectRows(rows, { where: ["loss < 9", "nonzero < 5"], dropTop: 1 });
    expect(kept.map(({ loss }) => loss)).toEqual([3]);
    expect(leftOut.map(({ reason }) => reason)).toEqual([
      "not loss < 9",
      "not loss < 9",
      "not nonzero < 5",
      "loss among the 1 largest",
    ]);
  });

  test.each([
    [{ dropTop: 5 }, "`dropTop`: count must be a whole number below the 5 rows; got 5"],
    [{ dropBottom: 1.5 }, "`dropBottom`: count must be a whole number below the 5 rows; got 1.5"],
    [{ dropTop: 3, dropBottom: 2 }, "counts must leave some of the 5 rows; got 3 largest and 2 smallest"],
    [{ dropTop: 1, by: "accuracy" }, 'one of sparsity, nonzero, data, loss, mean; got "accuracy"'],
    [{ dropTop: 1, by: "mean" }, "quantity must be known of every row; got no mean of t.csv:2"],
    [{ where: ["loss < 0"] }, "a row must meet loss < 0; got none of 5"],
    [{ where: ["loss"] }, "condition must be one comparison"],
    [{ where: ["1 < loss < 4"] }, "condition must be one comparison"],
    [{ where: ["loss < "] }, "must be a number, a name or ("],
    [
      { where: ["note < 4"] },
      'note must be one of sparsity, nonzero, data, loss, mean, or a column of numbers; got "x" in t.csv:2',
    ],
    [{ where: ["seed < 4"] }, "seed must be one of"],
  ])("by the rules %o are refused: %s", (rules, message) => {
    expect(() => losses(rules)).toThrow(message);
  });

  const finished = {
    sparsity: 0.5,
    nonzeroParams: 10,
    trainFlops: 1800,
    dataSeen: 20,
    dataUnit: "tokens",
    validLoss: 2,
  };

  test("runs of tokens and runs of images make no table", () => {
    const runs = ["tokens", "images"].map((dataUnit) => ({ ...finished, dataUnit, status: "completed" }) as RunResult);
    expect(() => rowsOfRuns(runs)).toThrow("runs must count their data in one unit; got tokens and images");
  });

  test("are runs that did not complete, each with its reason", () => {
    const run = (id: string, status: string, message?: string) => ({ ...finished, id, status, message }) as RunResult;
    expect(rowsOfRuns([run("a", "completed"), run("b", "diverged", "loss is NaN"), run("c", "stopped")])).toEqual({
      rows: [{ sparsity: 0.5, nonzeroParams: 10, meanParams: 15, data: 20, loss: 2 }],
      ids: ["a"],
      dataUnit: "tokens",
      skipped: [
        { id: "b", reason: "diverged: loss is NaN" },
        { id: "c", reason: "stopped" },
      ],
    });
  });
});
