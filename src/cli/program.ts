/** The command line of sparselaw: its commands in one program. */
import { Command, InvalidArgumentError, Option } from "commander";
import { VERSION } from "../core/version.ts";
import { RESIDUALS } from "../fit/solve/objective.ts";
import { START_SCHEMES } from "../fit/solve/problem.ts";
import type { Finish } from "./command.ts";
import type { FitFlags } from "./commands/fit.ts";
import { commands } from "./commands/index.ts";
import { Output } from "./output.ts";
import { nonnegativeInteger, positiveInteger, positiveNumber } from "./parsers.ts";

export function createProgram(finish: Finish): Command {
  const program = new Command("sparselaw")
    .description("Trains sparse transformers on any CPU and fits the law that says how sparse they should be.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`) });
  const [train, sweep, ...others] = commands.map((command) => command(finish));
  for (const command of [train!, sweep!]) add(program, command);
  addFit(program, finish);
  for (const command of others) add(program, command);
  return program;
}

/** With the program's way of ending and of printing errors. */
function add(program: Command, command: Command): void {
  program.addCommand(command.copyInheritedSettings(program));
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

const json = () => new Option("--json", "print JSON lines on stdout and nothing else there").default(false);

const lossUnit = () =>
  new Option("--loss-unit <unit>", "of the tables' losses").choices(["nats", "bits"]).default("nats");

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
