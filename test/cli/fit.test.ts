/** `sparselaw fit`: intervals, bounds, comparison, laws of one's own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chinchillaLaw, type FitResult, parseFitResult } from "../../src/fit/index.ts";
import { grid, plant } from "../fit/planted.ts";
import { temporaryDirectory } from "../temporary.ts";
import { jsonLines, root, runCli } from "./run-cli.ts";

const directory = temporaryDirectory();
const truth = { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 };
const rows = plant(chinchillaLaw, truth, {
  noise: 0.004,
  seed: 5,
  inputs: grid.map((row) => ({ ...row, sparsity: 0 })),
});
const table = join(directory, "runs.csv");
writeFileSync(
  table,
  ["N,D,loss", ...rows.map(({ nonzeroParams, data, loss }) => `${nonzeroParams},${data},${loss}`)].join("\n"),
);

const fitTable = (...args: string[]) => runCli("fit", table, ...args);

describe("sparselaw fit", () => {
  test("--bootstrap and --profile add intervals to the table and to the record", async () => {
    const args = ["--law", "chinchilla", "--bootstrap", "200", "--profile", "--seed", "3"];
    const { stdout } = await fitTable(...args);
    expect(stdout).toMatch(/95 % bootstrap +95 % profile/);
    expect(stdout).toMatch(/ {2}alpha +0\.3\d+ +\[0\.\d+, 0\.\d+\] +\[0\.\d+, 0\.\d+\]/);
    expect(stdout).toMatch(/intervals from 200 refits of drawn runs/);
    const [record] = jsonLines(await fitTable(...args, "--json"));
    const read = parseFitResult(record);
    expect(read.uncertainty!.bootstrap).toMatchObject({ replicates: 200, seed: 3, kind: "cases" });
    expect(read.uncertainty!.profiles.map(({ parameter }) => parameter)).toEqual(chinchillaLaw.parameters);
  });

  test("--bound holds a parameter, and says so", async () => {
    const { stdout, stderr } = await fitTable("--law", "chinchilla", "--bound", "alpha=0.5:", "--bound", "beta=:2");
    expect(stdout).toMatch(/alpha +0\.5\n/);
    expect(stderr).toContain("alpha sits on a bound");
  });

  test("--compare tells of each law how it predicts what it has not seen, and which the table cannot hold", async () => {
    const { stdout, stderr, exitCode } = await fitTable(
      "--compare",
      "--law",
      "chinchilla",
      "--law",
      "kaplan",
      "--law",
      "sparse",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /law +parameters +mean Huber +ΔAICc +weight +leave one out +largest N +most data +highest S/,
    );
    expect(stdout).toMatch(/chinchilla +5 +\d\.\d+e-\d +0\.0/);
    expect(stderr).toContain("sparse is left out: fit: sparsity S must take at least 2 values");
  });

  test("a formula and a module are laws", async () => {
    const module = join(directory, "my-law.mjs");
    writeFileSync(
      module,
      `export default { name: "mine", formula: "L = E + A/N^alpha", inputs: ["nonzeroParams"],
        parameters: { E: "coefficient", A: "coefficient", alpha: "exponent" },
        predict: ({ E, A, alpha }, { nonzeroParams }) => E + A * nonzeroParams ** -alpha };`,
    );
    const [formula] = jsonLines(await fitTable("--law", "E + A/N^alpha", "--json")) as unknown as FitResult[];
    const [mine] = jsonLines(await fitTable("--law", module, "--json")) as unknown as FitResult[];
    expect([formula!.law, mine!.law]).toEqual(["own", "mine"]);
    expect(mine!.huberMean / formula!.huberMean).toBeCloseTo(1, 6);
  });

  const plugin = join(root, "test/plugins/two-laws.ts");

  test("a law of a plugin is found by its name, alone and in a comparison", async () => {
    const [named] = jsonLines(
      await fitTable("--plugin", plugin, "--law", "two-powers", "--json"),
    ) as unknown as FitResult[];
    const [builtIn] = jsonLines(await fitTable("--law", "chinchilla", "--json")) as unknown as FitResult[];
    expect(named!.law).toBe("two-powers");
    expect(named!.huberMean / builtIn!.huberMean).toBeCloseTo(1, 6);
    const { stdout } = await fitTable("--plugin", plugin, "--compare", "--expr", "sparsity=0", "--starts", "6");
    expect(stdout).toMatch(/two-powers +5 /);
    expect(stdout).toMatch(/floor +3 /);
  });

  test.each([
    ["a fit", ["--law", "chinchilla", "--bootstrap", "100", "--profile"]],
    ["a comparison", ["--compare", "--law", "chinchilla", "--law", "kaplan", "--law", "E + A/N^alpha"]],
  ])("%s has the same bits on --threads 2 as on 1", async (_, args) => {
    const on = async (threads: string) =>
      jsonLines(await fitTable(...args, "--starts", "10", "--threads", threads, "--json"));
    expect(await on("2")).toEqual(await on("1"));
  });

  test("a law that is a function is fitted on one thread, and it is said where more were asked for", async () => {
    const args = ["--plugin", plugin, "--law", "floor", "--starts", "4"];
    const asked = await fitTable(...args, "--threads", "2");
    expect([asked.exitCode, asked.stderr.match(/floor is a function: it is fitted on one thread\./g)?.length]).toEqual([
      0, 1,
    ]);
    expect((await fitTable(...args)).stderr).not.toContain("one thread");
  });

  test.each([
    [["--law", "hoffmann"], /--law must be one of sparse, .*; got "hoffmann"/],
    [["--law", "E + * N"], /character 5 must be a number, a name or \(; got \*/],
    [["--law", "./nowhere.mjs"], /--law: \.\/nowhere\.mjs must be a module that loads/],
    [["--law", "chinchilla", "--law", "kaplan"], /laws must be one; got 2\. Add --compare/],
    [["--bound", "alpha"], /must be <parameter>=<low>:<high>/],
    [
      ["--law", "chinchilla", "--bound", "gamma=1:2"],
      /--bound: parameter must be one of E, A, alpha, B, beta; got "gamma"/,
    ],
    [["--law", "chinchilla", "--bootstrap", "5"], /--bootstrap must be a whole number of at least 100; got 5/],
    [
      ["--law", "chinchilla", "--loss", "squared", "--delta", "1"],
      /--delta must be left out for squared residuals; got 1/,
    ],
    [["--compare", "--law", "chinchilla", "--bound", "gamma=1:2"], /--bound: parameter must be one of E, A/],
    [["--loss", "cubic"], /argument 'cubic' is invalid/],
    [["--law", "chinchilla", "--columns", "loss"], /^--columns: loss must be <quantity>=<source>/],
    [["--law", "chinchilla", "--expr", "loss="], /^--expr: loss= must be <quantity>=<source>/],
    [
      ["--law", "chinchilla", "--columns", "loss=ppl"],
      /columns must include ppl for loss; .* with --columns loss=… or --expr loss=…\./,
    ],
    [
      ["--law", "chinchilla", "--drop-top", "99"],
      /^--drop-top: count must be a whole number below the \d+ rows; got 99/,
    ],
    [["--law", "chinchilla", "--drop-bottom", "99"], /^--drop-bottom: count must be a whole number/],
    [
      ["--law", "chinchilla", "--drop-top", "1", "--by", "accuracy"],
      /^--by: quantity must be one of .*; got "accuracy"/,
    ],
    [["--law", "chinchilla", "--where", "loss < 0"], /^--where: a row must meet loss < 0; got none/],
    [
      ["--law", "chinchilla", "--where", "loss"],
      /^--where: condition must be one comparison.* Several conditions are several --where\.$/m,
    ],
  ])("%j is refused with exit code 2", async (args, message) => {
    const { exitCode, stderr } = await fitTable(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});
