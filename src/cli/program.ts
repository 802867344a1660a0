/** The command line of sparselaw: names, options and their ranges. Commands are loaded when they are called. */
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { VERSION } from "../core/version.ts";
import { RESIDUALS } from "../fit/solve/objective.ts";
import { START_SCHEMES } from "../fit/solve/problem.ts";
import type { FitFlags } from "./commands/fit.ts";
import { Output } from "./output.ts";

/** Receives the exit code that a command returns. */
export type Finish = (exitCode: number) => void;

export function createProgram(finish: Finish): Command {
  const program = new Command("sparselaw")
    .description("Trains sparse transformers on any CPU and fits the law that says how sparse they should be.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`) });
  for (const add of [addTrain, addSweep, addFit, addOptimal, addReport, addFigures, addRuns, addBench, addDoctor])
    add(program, finish);
  return program;
}

function addTrain(program: Command, finish: Finish): void {
  program
    .command("train <config.yaml>")
    .description("train one run, or go on with it")
    .option("--out <directory>", "where runs are kept", "runs")
    .option("--threads <n>", "threads of the run", positiveInteger, 1)
    .addOption(variant("build of the kernels, in place of the configuration's"))
    .addOption(turbo())
    .addOption(json())
    .action(async (file, flags) => {
      const { trainCommand } = await import("./commands/train.ts");
      finish(await trainCommand(file, flags, outputOf(flags)));
    });
}

function addSweep(program: Command, finish: Finish): void {
  program
    .command("sweep <sweep.yaml>")
    .description("train every run of a grid that is not completed, one run a core")
    .option("--out <directory>", "where runs are kept", "runs")
    .option("--jobs <n>", "runs at a time", positiveInteger, availableParallelism())
    .addOption(turbo())
    .option("--dry-run", "print runs, FLOPs, bytes and time, and train nothing", false)
    .addOption(json())
    .action(async (file, flags) => {
      const { sweepCommand } = await import("./commands/sweep.ts");
      finish(await sweepCommand(file, flags, outputOf(flags)));
    });
}

function addFit(program: Command, finish: Finish): void {
  program
    .command("fit <source...>")
    .description("fit a law to run directories and tables (CSV, TSV, JSON, Parquet, gzipped or not)")
    .option("--law <law>", "a law by name, a formula, or a module; sparse unless said", append, [])
    .option("--compare", "fit several laws, those of --law or all, and say how each predicts runs left out", false)
    .addOption(new Option("--residual <kind>", "what the objective is taken of").choices(RESIDUALS))
    .addOption(new Option("--loss <kind>", "of the residuals").choices(["huber", "squared"]))
    .option("--delta <x>", "where the Huber loss turns straight", positiveNumber)
    .addOption(new Option("--average <kind>", "over the rows; the optimum is the same").choices(["mean", "sum"]))
    .option("--bound <parameter=low:high>", "range of a parameter; either end may be missing (repeatable)", bound, [])
    .option("--starts <n>", "searches for the optimum", positiveInteger)
    .addOption(new Option("--start-scheme <scheme>", "where the searches begin").choices(START_SCHEMES))
    .option("--seed <n>", "of starts and bootstrap", nonnegativeInteger)
    .option("--bootstrap <replicates>", "95 % intervals from refits of drawn tables", positiveInteger)
    .addOption(new Option("--blocks <input>", "draw all runs of one N or D together").choices(["nonzero", "data"]))
    .option("--profile", "profile likelihood of every parameter", false)
    .option("--columns <mapping>", "sparsity=…,nonzero=…,data=…,loss=…,mean=… by column names")
    .option("--expr <quantity=expression>", "a quantity computed from columns (repeatable)", append, [])
    .addOption(new Option("--data-unit <unit>", "what D counts").choices(["tokens", "images", "examples"]))
    .addOption(lossUnit())
    .option("--where <condition>", "leave out rows that do not meet it, e.g. 'loss < 4' (repeatable)", append, [])
    .option("--drop-top <k>", "leave out the k rows with the largest --by", nonnegativeInteger)
    .option("--drop-bottom <k>", "leave out the k rows with the smallest --by", nonnegativeInteger)
    .option("--by <quantity>", "sparsity, nonzero, data, loss or mean", "loss")
    .addOption(json())
    .action(async (sources, flags) => {
      const { fitCommand } = await import("./commands/fit.ts");
      finish(await fitCommand(sources, flags, outputOf(flags)));
    });
}

function addOptimal(program: Command, finish: Finish): void {
  program
    .command("optimal")
    .description("the sparsity that makes the most of a size and a budget")
    .requiredOption("--law <law>", "t5-c4, vit-jft, t5-c4-optimum, or the JSON file of a fit")
    .option("--nonzero <N>", "non-zero parameters; needed but for --multiplier alone", positiveNumber)
    .option("--flops <C>", "training FLOPs", positiveNumber)
    .option("--chinchilla-multiple <k>", "the same in multiples of the dense compute-optimal", positiveNumber)
    .option("--hours <h>", "training time, at measured cost", positiveNumber)
    .option("--seconds <s>", "the same in seconds", positiveNumber)
    .option("--target-loss <L>", "instead of a budget: the smallest that reaches a loss", positiveNumber)
    .addOption(
      new Option("--cost <cost>", "zeros skipped, multiplied, or timed").choices(["sparse", "dense", "measured"]),
    )
    .option("--ramp <start:end[:updates]>", "shares of training between which weights are pruned", ramp)
    .option("--layers <n>", "measured cost: blocks of the transformer", positiveInteger, 6)
    .option("--threads <n>", "measured cost: threads, taken to scale ideally", positiveInteger, 1)
    .option("--tokens-per-example <n>", "measured cost: tokens of one image", positiveNumber)
    .option("--calibration <bench.json>", "measured cost: what bench --json printed, here or elsewhere")
    .addOption(variant("measured cost: build of the kernels").default("strict"))
    .addOption(turbo())
    .option("--multiplier", "m(S), its limit, and the budgets that make S optimal", false)
    .option("--iso-loss <L,…>", "curves of one loss over N", numbers, [])
    .option("--iso-flops <C,…>", "curves of one budget over N", numbers, [])
    .option("--sparsities <S,…>", "of the curves and of --multiplier", sparsities, [0.5, 0.75, 0.875])
    .addOption(json())
    .action(async (flags) => {
      const { optimalCommand } = await import("./commands/optimal.ts");
      finish(await optimalCommand(flags, outputOf(flags)));
    });
}

function addReport(program: Command, finish: Finish): void {
  program
    .command("report <runs...>")
    .description("one HTML page of figures and tables, with the law fitted to the runs")
    .option("--out <directory>", "where the report goes", "report")
    .option("--fit <fit.json>", "a fit to show instead of a new one")
    .option("--title <text>", "title of the page", "Sparse scaling law")
    .addOption(
      new Option("--bootstrap <replicates>", "refits behind the intervals and bands, 0 for none")
        .argParser(nonnegativeInteger)
        .default(1000)
        .conflicts("fit"),
    )
    .option("--weights <run>", "the run whose pruned weights are shown, by id or name")
    .addOption(png())
    .addOption(json())
    .action(async (paths, flags) => {
      const { reportCommand } = await import("./commands/report.ts");
      finish(await reportCommand(paths, flags, outputOf(flags)));
    });
}

function addFigures(program: Command, finish: Finish): void {
  program
    .command("figures <fit.json> [source...]")
    .description("the figures of a fit and of the runs and tables that it was fitted to, as files")
    .option("--out <directory>", "where the figures go", "figures")
    .addOption(png())
    .option("--columns <mapping>", "sparsity=…,nonzero=…,data=…,loss=…,mean=… by column names")
    .option("--expr <quantity=expression>", "a quantity computed from columns (repeatable)", append, [])
    .addOption(lossUnit())
    .addOption(json())
    .action(async (file, sources, flags) => {
      const { figuresCommand } = await import("./commands/figures.ts");
      finish(await figuresCommand(file, sources, flags, outputOf(flags)));
    });
}

function addRuns(program: Command, finish: Finish): void {
  program
    .command("runs [directory]")
    .description("list runs and what became of them")
    .addOption(json())
    .action(async (directory = "runs", flags) => {
      const { runsCommand } = await import("./commands/runs.ts");
      finish(await runsCommand(directory, outputOf(flags)));
    });
}

function addBench(program: Command, finish: Finish): void {
  program
    .command("bench")
    .description("what this machine's products cost at each size and density, measured once")
    .option("--calibrate", "measure anew, and remember it", false)
    .addOption(variant("build of the kernels").default("strict"))
    .addOption(turbo())
    .addOption(json())
    .action(async (flags) => {
      const { benchCommand } = await import("./commands/bench.ts");
      finish(await benchCommand(flags, outputOf(flags)));
    });
}

function addDoctor(program: Command, finish: Finish): void {
  program
    .command("doctor")
    .description("what this machine has")
    .addOption(json())
    .action(async (flags) => {
      const { doctorCommand } = await import("./commands/doctor.ts");
      finish(await doctorCommand(outputOf(flags)));
    });
}

const json = () => new Option("--json", "print JSON lines on stdout and nothing else there").default(false);

const lossUnit = () =>
  new Option("--loss-unit <unit>", "of the tables' losses").choices(["nats", "bits"]).default("nats");

const png = () => new Option("--png", "each figure as PNG, too").default(false);

const variant = (help: string) => new Option("--variant <build>", help).choices(["strict", "relaxed"]);

const turbo = () =>
  new Option("--turbo", "let Node ≥ 24 fuse vector instructions: faster, experimental, the same bits").default(false);

const outputOf = (flags: { json: boolean }) => new Output({ isJson: flags.json });

/** Adds "bD=0.05:1", "bD=:1" or "bD=0.05:" to those before. */
function bound(text: string, previous: FitFlags["bound"]): FitFlags["bound"] {
  const match = /^([^=]+)=([^:]*):([^:]*)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("It must be <parameter>=<low>:<high>, e.g. bD=0.05:1.");
  const [, name, low, high] = match as unknown as [string, string, string, string];
  return [
    ...previous,
    [name, { ...(low !== "" && { low: positiveNumber(low) }), ...(high !== "" && { high: positiveNumber(high) }) }],
  ];
}

const append = (value: string, previous: string[]): string[] => [...previous, value];

function numberWhere(condition: string, isValid: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!isValid(value)) throw new InvalidArgumentError(`It must be ${condition}.`);
    return value;
  };
}

function positiveInteger(text: string): number {
  return numberWhere("a positive integer", (value) => Number.isSafeInteger(value) && value > 0)(text);
}

function nonnegativeInteger(text: string): number {
  return numberWhere("an integer of at least 0", (value) => Number.isSafeInteger(value) && value >= 0)(text);
}

function positiveNumber(text: string): number {
  return numberWhere("a positive number", (value) => value > 0 && value < Number.POSITIVE_INFINITY)(text);
}

function numbers(text: string): number[] {
  return text.split(",").map(positiveNumber);
}

function sparsities(text: string): number[] {
  return text.split(",").map(numberWhere("sparsities from 0 to below 1", (value) => value >= 0 && value < 1));
}

function ramp(text: string): { start: number; end: number; updates?: number } {
  const [start, end, updates, ...rest] = text
    .split(":")
    .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const isRamp =
    start !== undefined && end !== undefined && start >= 0 && start <= end && end <= 1 && rest.length === 0;
  if (!isRamp || !(updates === undefined || (Number.isSafeInteger(updates) && updates > 0)))
    throw new InvalidArgumentError(
      "It must be start:end with 0 ≤ start ≤ end ≤ 1, or start:end:updates, e.g. 0.25:0.75.",
    );
  return { start, end, ...(updates !== undefined && { updates }) };
}
