/** sparselaw fit */
import { InvalidArgumentError } from "commander";
import { ConfigError } from "../../core/errors.ts";
import type { AssessOptions, FitOptions, RowRules } from "../../fit/index.ts";
import { AVERAGES, LOSSES, RESIDUALS, START_SCHEMES } from "../../fit/solve/choices.ts";
import { command } from "../command.ts";
import { type FlagValues, oneOf, otherwiseAs, repeated, text, toggle, value, withDefault } from "../flags.ts";
import { nonnegativeInteger, positiveInteger, positiveNumber } from "../parsers.ts";
import { lossUnit, mappingWording } from "../shared-options.ts";
import type { WordingOf } from "../wording.ts";

/** What goes to the fit as it is: options of `FitOptions`, by their own names. */
const objective = {
  residual: otherwiseAs(oneOf("<kind>", "what is compared: losses or their logarithms", RESIDUALS), "log"),
  loss: otherwiseAs(oneOf("<kind>", "of the residuals", LOSSES), "huber"),
  delta: otherwiseAs(
    value("<x>", "where the Huber loss turns straight", positiveNumber),
    "0.01 (raw), 0.001 (log), 0.001/ln 10 (log10)",
  ),
  average: otherwiseAs(oneOf("<kind>", "over the rows; the optimum is the same", AVERAGES), "mean"),
  starts: otherwiseAs(value("<n>", "searches for the optimum", positiveInteger), "100"),
  startScheme: otherwiseAs(
    oneOf("<scheme>", "where the searches begin; mixed takes the others in turn", START_SCHEMES),
    "mixed",
  ),
  seed: otherwiseAs(value("<n>", "of starts and bootstrap", nonnegativeInteger), "0"),
};

export const fitCommand = command({
  name: "fit",
  words: "<source...>",
  help: "fit a law to run directories and tables (CSV, TSV, JSON, Parquet, gzipped or not)",
  options: {
    law: otherwiseAs(repeated("<law>", "a law by name, a formula, or a module", String), "sparse; all with --compare"),
    plugin: repeated("<file>", "a file of laws of one's own, to be named by --law", String),
    compare: toggle("fit several laws side by side, and say how each predicts runs left out"),
    ...objective,
    bound: repeated("<parameter=low:high>", "range of a parameter; either end may be missing", bound),
    bootstrap: otherwiseAs(
      value("<replicates>", "95 % intervals from refits of drawn tables", positiveInteger),
      "1000 with --profile",
    ),
    blocks: otherwiseAs(
      oneOf("<input>", "draw all runs of one N, or of one D, together", ["nonzero", "data"]),
      "single runs",
    ),
    profile: toggle("profile likelihood of every parameter"),
    threads: otherwiseAs(
      value("<n>", "threads of the fit; the bits do not depend on it", positiveInteger),
      "one a core",
    ),
    columns: text("<mapping>", "sparsity=…,nonzero=…,data=…,loss=…,mean=… by column names"),
    expr: repeated("<quantity=expression>", "a quantity computed from columns", String),
    dataUnit: otherwiseAs(
      oneOf("<unit>", "what D counts, for the record", ["tokens", "images", "examples"]),
      "as runs say and column names tell",
    ),
    lossUnit,
    where: repeated("<condition>", "leave out rows that do not meet it, e.g. 'loss < 4'", String),
    dropTop: value("<k>", "leave out the k rows with the largest --by", nonnegativeInteger),
    dropBottom: value("<k>", "leave out the k rows with the smallest --by", nonnegativeInteger),
    by: withDefault(text("<quantity>", "sparsity, nonzero, data, loss or mean"), "loss"),
  },
  wording: {
    law: "law",
    residual: "residual",
    loss: "loss",
    delta: "delta",
    average: "average",
    bounds: "bound",
    starts: "starts",
    startScheme: "startScheme",
    seed: "seed",
    objectiveScale: null,
    dataUnit: "dataUnit",
    replicates: "bootstrap",
    blocks: "blocks",
    profiles: "profile",
    threads: "threads",
    run: null,
    onDone: null,
    signal: null,
    where: "where",
    dropTop: "dropTop",
    dropBottom: "dropBottom",
    by: "by",
    ...mappingWording,
  } as const satisfies WordingOf<AssessOptions & RowRules & { readonly threads: number }>,
  async run([paths], flags, output) {
    const { loadPlugins } = await import("../../config/plugins.ts");
    const { compare } = await import("../fit/comparison.ts");
    const { fitOne } = await import("../fit/one-law.ts");
    const { readTables } = await import("../fit/tables.ts");
    const { openThreads } = await import("../fit/threads.ts");
    const { lawToFit } = await import("../laws.ts");
    await loadPlugins(flags.plugin, process.cwd());
    const laws = await Promise.all((flags.law.length === 0 && !flags.compare ? ["sparse"] : flags.law).map(lawToFit));
    if (laws.length > 1 && !flags.compare)
      throw new ConfigError(`--law: laws must be one; got ${laws.length}. Add --compare to fit them side by side.`);
    const table = await readTables(paths, laws[0] ?? "sparse", flags, output);
    const threads = openThreads(flags.threads, output);
    const options = { ...optionsOf(flags), ...table.dataUnit, run: threads.run };
    try {
      if (flags.compare) await compare(table.rows, laws, options, output);
      else await fitOne(table, { ...options, law: laws[0]! }, flags, output);
    } finally {
      await threads.close();
    }
    return 0;
  },
});

type Bound = readonly [parameter: string, range: { readonly low?: number; readonly high?: number }];

function optionsOf(flags: FlagValues<typeof objective> & { readonly bound: readonly Bound[] }): FitOptions {
  const given = Object.keys(objective).map((name) => [name, flags[name as keyof typeof objective]] as const);
  return {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    bounds: Object.fromEntries(flags.bound),
  };
}

/** "bD=0.05:1", "bD=:1" or "bD=0.05:" */
function bound(text: string): Bound {
  const match = /^([^=]+)=([^:]*):([^:]*)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("It must be <parameter>=<low>:<high>, e.g. bD=0.05:1.");
  const [, name, low, high] = match as unknown as [string, string, string, string];
  return [
    name,
    { ...(low !== "" && { low: positiveNumber(low) }), ...(high !== "" && { high: positiveNumber(high) }) },
  ];
}
