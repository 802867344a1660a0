import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { presets, sparseLaw } from "../../src/fit/index.ts";
import { hasPaperRuns, directory as paperRuns, skipNote } from "../fit/paper-runs.ts";
import { plant, relativeError, t5Grid } from "../fit/planted.ts";
import { fitOf, plantedParams, plantedRuns } from "../report/fixture.ts";
import { temporaryDirectory } from "../temporary.ts";
import { canInterrupt, interruptNote, jsonLines, runCli, startCli, writeYaml } from "./run-cli.ts";

const run = (steps: number, sparsity = 0.75) => `
name: test
model: { family: decoder, dModel: 16, numLayers: 1, numHeads: 2, seqLen: 32 }
data: { kind: text, paths: corpus.txt }
training: { steps: ${steps}, batchSize: 2, learningRate: { kind: constant, peak: 1.0e-3 }, evalExamples: 8 }
sparsity: { final: ${sparsity}, interval: 5, switchDensity: 0.75 }
`;
const sweep = (steps: number) => `
name: test
base:
  model: { family: decoder, numLayers: 2, seqLen: 32 }
  data: { kind: synthetic-text, vocabSize: 16 }
  training: { batchSize: 1, learningRate: { kind: constant, peak: 1.0e-3 }, evalExamples: 8 }
  sparsity: { interval: 1, switchDensity: 0.75 }
grid: { nonzeroParams: [24576], sparsities: [0, 0.5, 0.75], data: [${32 * steps}], headDim: 16 }
`;

/** A directory with a configuration and the text it trains on. */
function directoryWith(yaml: string): { directory: string; file: string; out: string } {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "corpus.txt"), "the quick brown fox jumps over the lazy dog\n".repeat(100));
  return { directory, file: writeYaml(directory, yaml), out: join(directory, "runs") };
}

describe("train", () => {
  test("--json prints JSON lines only, events first and the result last", async () => {
    const { file, out } = directoryWith(run(12));
    const ended = await runCli("train", file, "--out", out, "--json");
    const lines = jsonLines(ended);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lines[0]).toMatchObject({ type: "start", step: 0 });
    expect(lines.findLast(({ type }) => type === "step")).toMatchObject({ step: 12 });
    expect(lines.at(-1)).toMatchObject({ type: "result", status: "completed", sparsity: 0.75, nonzeroParams: 768 });
    for (const key of ["id", "validLoss", "stepsPerSecond", "lossHash"]) expect(lines.at(-1)).toHaveProperty(key);
  });

  test("a second time returns the record without training", async () => {
    const { file, out } = directoryWith(run(3));
    const first = jsonLines(await runCli("train", file, "--out", out, "--json"));
    const second = jsonLines(await runCli("train", file, "--out", out, "--json"));
    expect(second).toEqual([first.at(-1)]);
  });

  test("two threads give the bits of one", async () => {
    const { file, directory } = directoryWith(run(6));
    const [one, two] = await Promise.all(
      [1, 2].map((n) => runCli("train", file, "--out", join(directory, `runs${n}`), "--threads", `${n}`, "--json")),
    );
    expect(jsonLines(two!).at(-1)!.lossHash).toBe(jsonLines(one!).at(-1)!.lossHash);
  });

  test.runIf(canInterrupt)(
    `Ctrl-C saves, exits with 130 and says how to resume; resumed, it has the bits of an uninterrupted run${interruptNote}`,
    async () => {
      const { file, directory, out } = directoryWith(run(2000));
      const { child, seen, ended } = startCli("train", file, "--out", out, "--json");
      await seen(/"type":"step","step":\d{2,},/);
      child.kill("SIGINT");
      const stopped = await ended;
      expect(stopped.exitCode).toBe(130);
      expect(stopped.stderr).toContain(`Resume with: sparselaw train ${file} --out ${out}`);
      const saved = jsonLines(stopped).at(-1)!;
      expect(saved).toMatchObject({ type: "result", status: "stopped" });
      expect(saved.steps).toBeLessThan(2000);
      const resumed = jsonLines(await runCli("train", file, "--out", out, "--json"));
      expect(resumed[0]).toMatchObject({ type: "start", step: saved.steps });
      const whole = jsonLines(await runCli("train", file, "--out", join(directory, "whole"), "--json"));
      expect(resumed.at(-1)!.lossHash).toBe(whole.at(-1)!.lossHash);
    },
  );

  test("for people prints what came out", async () => {
    const { file, out } = directoryWith(run(3));
    const { stdout, exitCode } = await runCli("train", file, "--out", out);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^step 1\/3 · loss \d\.\d{4} · sparsity/);
    expect(stdout).toMatch(/run [0-9a-f]{12} completed in/);
    expect(stdout).toMatch(/sparsity 75.%; 12\.\d+k parameters before pruning/);
  });
});

describe("sweep", () => {
  test("trains the grid, then has nothing left to do, and lists its runs", async () => {
    const { file, out } = directoryWith(sweep(3));
    const first = await runCli("sweep", file, "--out", out, "--jobs", "2", "--json");
    expect(first.exitCode, first.stderr).toBe(0);
    expect(jsonLines(first).filter(({ type }) => type === "result")).toHaveLength(3);
    expect(jsonLines(first).at(-1)).toMatchObject({ type: "sweep", total: 3, completed: 3, failed: [], left: 0 });
    const second = await runCli("sweep", file, "--out", out, "--json");
    expect(jsonLines(second)).toMatchObject([{ type: "sweep", total: 3, completed: 3 }]);
    expect(jsonLines(await runCli("runs", out, "--json"))).toMatchObject(
      Array(3).fill({ type: "run", state: "completed" }),
    );
    expect(JSON.parse(readFileSync(join(out, "test.sweep.json"), "utf8"))).toMatchObject({
      type: "sweep",
      completed: 3,
    });
  });

  test("--dry-run counts and trains nothing; the runs then cost what was planned", async () => {
    const { file, out } = directoryWith(sweep(3));
    const planned = jsonLines(await runCli("sweep", file, "--out", out, "--dry-run", "--json"));
    expect(existsSync(out)).toBe(false);
    expect(planned.map(({ type }) => type)).toEqual(["plan", "plan", "plan", "plan-total"]);
    const results = jsonLines(await runCli("sweep", file, "--out", out, "--json")).filter(
      ({ type }) => type === "result",
    );
    for (const { id, nonzeroParams, totalParams, trainFlops, dataSeen, memoryBytes } of results)
      expect(planned.find((plan) => plan.id === id)).toMatchObject({
        nonzeroParams,
        totalParams,
        trainFlops,
        dataSeen,
        memoryBytes,
      });
  });

  test.runIf(canInterrupt)(
    `Ctrl-C checkpoints every running job and exits with 130; started again it does the rest${interruptNote}`,
    async () => {
      const { file, out } = directoryWith(sweep(400));
      const { child, seen, ended } = startCli("sweep", file, "--out", out, "--jobs", "2", "--json");
      await seen(/"running":\[[^\]]*"step":\d{2}/);
      child.kill("SIGINT");
      const stopped = await ended;
      expect(stopped.exitCode).toBe(130);
      expect(stopped.stderr).toContain(`Resume with: sparselaw sweep ${file} --out ${out}`);
      expect(jsonLines(stopped).at(-1)).toMatchObject({ type: "sweep", failed: [] });
      const begun = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      for (const { name } of begun) expect(readdirSync(join(out, name, "checkpoints")).length, name).toBeGreaterThan(0);
      const resumed = await runCli("sweep", file, "--out", out, "--json");
      expect(jsonLines(resumed).at(-1)).toMatchObject({ completed: 3, failed: [], left: 0 });
      expect(resumed.exitCode).toBe(0);
    },
  );

  test("names the runs that failed, exits with 1, and a second call retries only them", async () => {
    const { file, out } = directoryWith(sweep(3));
    const [plan] = jsonLines(await runCli("sweep", file, "--out", out, "--dry-run", "--json"));
    const blocked = join(out, plan!.id as string);
    mkdirSync(blocked, { recursive: true });
    writeFileSync(join(blocked, "checkpoints"), "a file where a directory must be");
    const first = await runCli("sweep", file, "--out", out, "--json");
    expect(first.exitCode).toBe(1);
    expect(jsonLines(first).at(-1)).toMatchObject({ completed: 2, failed: [{ id: plan!.id, name: plan!.name }] });
    expect(first.stderr).toContain(plan!.name);
  });
});

describe("runs", () => {
  test("lists a run that ended beside one that did not, each with what there is to say of it", async () => {
    const { file, out } = directoryWith(run(3));
    const [result] = jsonLines(await runCli("train", file, "--out", out, "--json")).slice(-1);
    const unfinished = join(out, "unfinished");
    mkdirSync(unfinished);
    writeFileSync(join(unfinished, "config.json"), JSON.stringify({ ...(result!.config as object), name: "half" }));
    const { stdout, exitCode, stderr } = await runCli("runs", out);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [head, ...rows] = stdout.trimEnd().split("\n");
    expect(head!.trim().split(/ {2,}/)).toEqual(["run", "state", "N", "S", "D", "loss", "steps/s", "name"]);
    expect(rows[0]).toMatch(/^[0-9a-f]{12} +completed +768 +0\.75 +192 +\d\.\d{4} +[\d.]+ +test$/);
    expect(rows[1]).toMatch(/^unfinished +unfinished +half$/);
    expect(rows).toHaveLength(2);
  });
});

describe("sweep --dry-run", () => {
  test("for people is a table with a line for each run, and the sum below", async () => {
    const { file, out } = directoryWith(sweep(3));
    const { stdout } = await runCli("sweep", file, "--out", out, "--dry-run");
    const [head, ...lines] = stdout.trimEnd().split("\n");
    const columns = ["run", "dModel", "numHeads", "dFf", "N", "total", "D", "steps", "6·N·D·c", "memory", "time"];
    expect(head!.trim().split(/ {2,}/)).toEqual(columns);
    for (const line of lines.slice(0, 3)) expect(line.trim().split(/ {2,}/)).toHaveLength(columns.length);
    expect(lines[3]).toMatch(/^3 runs \(0 completed\), C = /);
  });
});

describe("fit and optimal", () => {
  const notebookColumns = [
    ...["--columns", "loss=val-loss"],
    ...["--expr", "nonzero=169869312*scale*(1-sparsity)", "--expr", "data=steps*65536"],
  ];
  const fitOfT5 = async (table: string) => {
    const setting = ["--law", "sparse", "--residual", "log", "--delta", "0.001", "--starts", "20"];
    const { stdout } = await runCli("fit", table, ...setting, ...notebookColumns, "--json");
    const file = join(temporaryDirectory(), "fit.json");
    writeFileSync(file, stdout);
    return { file, result: JSON.parse(stdout) };
  };
  const optimalBy = async (file: string) => {
    const budget = ["--nonzero", "1e8", "--chinchilla-multiple", "70"];
    return jsonLines(await runCli("optimal", "--law", file, ...budget, "--json"));
  };

  test("take a table in the columns of the paper's notebook, and the fit of it", async () => {
    const rows = plant(sparseLaw, presets["t5-c4-optimum"], { inputs: t5Grid });
    const lines = rows.map(({ sparsity, nonzeroParams, data, loss }, i) =>
      [i, sparsity, nonzeroParams / 169_869_312 / (1 - sparsity), loss, data / 65_536].join(","),
    );
    const table = join(temporaryDirectory(), "t5.csv");
    writeFileSync(table, `,sparsity,scale,val-loss,steps\n${lines.join("\n")}\n`);
    const { file, result } = await fitOfT5(table);
    expect(result).toMatchObject({ type: "fit", law: "sparse", starts: 20, rows: 48 });
    expect(relativeError(result.params.bS, presets["t5-c4-optimum"].bS)).toBeLessThan(1e-4);
    expect(await optimalBy(file)).toMatchObject([{ type: "optimal", sparsity: expect.closeTo(0.75, 2) }]);
  });

  test.skipIf(!hasPaperRuns)(`reproduce the paper's T5 fit${skipNote}`, async () => {
    const { file, result } = await fitOfT5(join(paperRuns, "t5-data.csv"));
    expect(result).toMatchObject({ type: "fit", law: "sparse", starts: 20 });
    expect(result.huberMean).toBeLessThanOrEqual(4.8802e-6);
    expect(await optimalBy(file)).toMatchObject([{ type: "optimal", sparsity: expect.closeTo(0.75, 2) }]);
  });

  test("optimal prints the sparsity of a preset", async () => {
    const ended = await runCli(
      "optimal",
      "--law",
      "t5-c4",
      "--nonzero",
      "1e8",
      "--chinchilla-multiple",
      "2.4",
      "--json",
    );
    expect(jsonLines(ended)).toMatchObject([{ type: "optimal", sparsity: expect.closeTo(0.5, 2) }]);
    for (const key of ["data", "loss", "denseEquivalent"]) expect(jsonLines(ended)[0]).toHaveProperty(key);
  });
});

describe("report", () => {
  test("of too few runs for a law is written without one, and says so", async () => {
    const { file, directory, out } = directoryWith(run(3));
    await runCli("train", file, "--out", out);
    const ended = await runCli("report", out, "--out", join(directory, "report"), "--json");
    expect(ended.exitCode).toBe(0);
    expect(jsonLines(ended)).toMatchObject([{ type: "report", runs: 1, hasFit: false }]);
    expect(ended.stderr).toContain("The report goes without a law: fit: rows must be more than");
    expect(readFileSync(join(directory, "report/report.html"), "utf8")).toContain("<svg");
  });

  test("has intervals from a bootstrap of the runs, none with --bootstrap 0", async () => {
    const { directory, out } = directoryWith(run(3));
    for (const { result, events } of plantedRuns()) {
      const { config, ...rest } = result;
      mkdirSync(join(out, result.id), { recursive: true });
      writeFileSync(join(out, result.id, "config.json"), JSON.stringify(config));
      writeFileSync(join(out, result.id, "result.json"), JSON.stringify({ ...rest, config }));
      writeFileSync(join(out, result.id, "events.jsonl"), events.map((e) => `${JSON.stringify(e)}\n`).join(""));
    }
    const to = join(directory, "report");
    const ended = await runCli("report", out, "--out", to, "--bootstrap", "100", "--json");
    expect(ended.exitCode, ended.stderr).toBe(0);
    const { uncertainty } = JSON.parse(readFileSync(join(to, "fit.json"), "utf8"));
    expect(uncertainty.bootstrap.params.length + uncertainty.bootstrap.failed).toBe(100);
    expect(readdirSync(join(to, "figures"))).toEqual(expect.arrayContaining(["bootstrap.svg", "profiles.svg"]));
    expect(await runCli("report", out, "--out", to, "--bootstrap", "0")).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(to, "figures"))).not.toContain("bootstrap.svg");
    expect(readFileSync(join(to, "report.html"), "utf8")).toContain("The fit has no bootstrap");
    const tooFew = await runCli("report", out, "--out", to, "--bootstrap", "50");
    expect(tooFew).toMatchObject({ exitCode: 2, stdout: "" });
    expect(tooFew.stderr).toContain("--bootstrap must be a whole number of at least 100; got 50");
    const twice = await runCli("report", out, "--out", to, "--fit", join(to, "fit.json"), "--bootstrap", "100");
    expect(twice.stderr).toContain("cannot be used with option '--fit");
    expect(twice.exitCode).toBe(2);
  });

  test("shows the weights of the run that is named, with --png as a picture, too", async () => {
    const { file, directory, out } = directoryWith(run(12));
    await runCli("train", file, "--out", out);
    const to = join(directory, "report");
    const ended = await runCli("report", out, "--out", to, "--weights", "test", "--png", "--json");
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(readdirSync(join(to, "figures"))).toEqual(expect.arrayContaining(["weights.svg", "weights.png"]));
    expect(readFileSync(join(to, "figures/weights.svg"), "utf8")).toContain("block0.mlp.up");
    const unknown = await runCli("report", out, "--out", to, "--weights", "nobody");
    expect(unknown).toMatchObject({ exitCode: 2, stdout: "" });
    expect(unknown.stderr).toContain('--weights must be the id or the name of a run; got "nobody"');
  });

  test("of a run whose checkpoints are gone says so on the page", async () => {
    const { file, directory, out } = directoryWith(run(12));
    await runCli("train", file, "--out", out);
    for (const id of readdirSync(out)) rmSync(join(out, id, "checkpoints"), { recursive: true });
    const ended = await runCli("report", out, "--out", join(directory, "report"));
    expect(ended.exitCode, ended.stderr).toBe(0);
    const page = readFileSync(join(directory, "report/report.html"), "utf8");
    expect(page).toContain("The run test has no checkpoint, so its weights are left out.");
  });
});

describe("figures", () => {
  const fit = fitOf(plantedParams, 4);
  const at = (directory: string, name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };

  test("of a fit and its table are written as SVG and PNG", async () => {
    const directory = temporaryDirectory();
    const table = at(directory, "t.csv", "S,N,steps,L\n0,1e6,10,3\n0.5,1e6,10,2.9\n0.75,2e6,20,2.5\n0,2e6,20,2.6\n");
    const file = at(directory, "fit.json", JSON.stringify({ ...fit, dataUnit: "tokens" }));
    const out = join(directory, "out");
    const args = [file, table, "--expr", "data=steps*65536", "--out", out, "--png", "--json"];
    const ended = await runCli("figures", ...args);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    const [record] = jsonLines(ended) as [{ files: string[] }];
    expect(record).toMatchObject({ type: "figures", rows: 4 });
    for (const name of ["prediction", "residuals", "loss-over-size", "optimal-sparsity", "dense-equivalent"])
      for (const ending of ["svg", "png"]) expect(record.files).toContain(join(out, `${name}.${ending}`));
    expect(readFileSync(join(out, "loss-over-data.svg"), "utf8")).toContain("training data D (tokens)");
  });

  test("of runs alone are those that need no law, and why there are no others is said", async () => {
    const { directory, file, out } = directoryWith(run(12));
    await runCli("train", file, "--out", out);
    const to = join(directory, "figures");
    const ended = await runCli("figures", out, "--out", to, "--json");
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readdirSync(to).sort()).toEqual(["loss-curves.svg", "weights.svg"]);
    const absences = [
      "There is no fitted law, so predictions, the law's curves and optimal sparsities are left out.",
      "No dense size was trained at two sparsities, so training speeds are left out.",
    ];
    expect(jsonLines(ended)).toMatchObject([{ type: "figures", rows: 1, absences }]);
    const { stdout } = await runCli("figures", out, "--out", to);
    for (const absence of absences) expect(stdout).toContain(absence);
    const withFit = join(directory, "fit.json");
    writeFileSync(withFit, JSON.stringify({ ...fit, dataUnit: "tokens" }));
    await runCli("figures", withFit, out, "--out", to);
    for (const name of ["prediction", "loss-curves", "weights"]) expect(readdirSync(to)).toContain(`${name}.svg`);
  });

  test("of a file that is no fit cost one line and exit code 2", async () => {
    const ended = await runCli("figures", at(temporaryDirectory(), "no.json", "{}"), "--json");
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toMatch(/no\.json: .* must be/);
  });
});

describe("a mistake costs one line on stderr, nothing on stdout, and exit code 2", () => {
  const { directory, file } = directoryWith(run(3));
  const at = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const short = at("short.txt", "too short");
  const cases: [what: string, args: string[], message: RegExp][] = [
    [
      "an unknown key",
      ["train", at("a.yaml", run(3).replace("steps:", "stepz:"))],
      /a\.yaml:5: training\.stepz must be a known key; got stepz\. Did you mean steps\?/,
    ],
    [
      "a sparsity of 1",
      ["train", at("b.yaml", run(3, 1))],
      /b\.yaml:6: sparsity\.final must be a number in \[0, 1\); got 1\./,
    ],
    [
      "a file that is not there",
      ["train", join(directory, "no.yaml")],
      /no\.yaml: the file must be readable; got ENOENT\./,
    ],
    ["a file that is no YAML", ["train", at("c.yaml", "a: [1")], /c\.yaml:\d: the document must be YAML/],
    ["missing data", ["train", at("d.yaml", run(3).replace("corpus", "nothing"))], /nothing\.txt/],
    ["data shorter than a window", ["train", at("e.yaml", run(3).replace("corpus.txt", "short.txt"))], /must/],
    [
      "a model over 4 GiB",
      ["train", at("f.yaml", run(3).replace("dModel: 16", "dModel: 65536"))],
      /memory plan: the total must be at most/,
    ],
    ["an unknown option", ["train", file, "--thread", "2"], /unknown option '--thread'/],
    ["no threads", ["train", file, "--threads", "0"], /It must be a positive integer\./],
    ["an unknown law", ["optimal", "--law", "t6", "--nonzero", "1", "--flops", "1"], /--law must be one of .*t5-c4/],
    ["no budget", ["optimal", "--law", "t5-c4", "--nonzero", "1"], /budget/],
    ["a directory without runs", ["runs", directory], /the directory must hold runs; got none\./],
    ["a table without a column", ["fit", at("t.csv", "S,D,L\n0,1,1\n")], /t\.csv: columns must include nonzero/],
    [
      "a table with a NaN",
      ["fit", at("n.csv", "S,N,D,L\n0,1,1,1\n0,nan,1,1\n")],
      /n\.csv:3: N must be a number; got "nan"/,
    ],
    ["too few runs", ["fit", at("few.csv", "S,N,D,L\n0,1,1,1\n")], /rows must be more than/],
  ];
  test.each(cases)("%s", async (_, args, message) => {
    const ended = await runCli(...args, "--json", ...(args[0] === "train" ? ["--out", join(directory, "runs")] : []));
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
  });
  test("the short file is there", () => expect(existsSync(short)).toBe(true));
});
