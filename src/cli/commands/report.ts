/** sparselaw report */
import { plural } from "../../core/format.ts";
import type { AssessOptions } from "../../fit/index.ts";
import { command } from "../command.ts";
import { text, value, withDefault } from "../flags.ts";
import { nonnegativeInteger } from "../parsers.ts";
import { png, weights } from "../shared-options.ts";
import type { WordingOf } from "../wording.ts";

export const reportCommand = command({
  name: "report",
  words: "<runs...>",
  help: "one HTML page of figures and tables, with the law fitted to the runs",
  options: {
    out: withDefault(text("<directory>", "where the report goes"), "report"),
    fit: text("<fit.json>", "a fit to show instead of a new one"),
    title: withDefault(text("<text>", "title of the page"), "Sparse scaling law"),
    bootstrap: {
      ...withDefault(
        value(
          "<replicates>",
          "refits behind the intervals and bands, 0 for none; not beside --fit",
          nonnegativeInteger,
        ),
        1000,
      ),
      conflictsWith: "fit",
    },
    weights,
    png,
  },
  wording: { replicates: "bootstrap" } as const satisfies Partial<WordingOf<AssessOptions>>,
  async run([paths], flags, output) {
    const { readFit, readReportedRuns, readRuns } = await import("../inputs.ts");
    const { fitOfRuns } = await import("../fit-of-runs.ts");
    const { readWeights } = await import("../pruned-weights.ts");
    const { writeReport } = await import("../../report/write.ts");
    const entries = (await Promise.all(paths.map(readRuns))).flat();
    for (const { id, problems } of entries) for (const problem of problems) output.warn(`run ${id}: ${problem}`);
    const fit = flags.fit === undefined ? await fitOfRuns(entries, flags.bootstrap, output) : await readFit(flags.fit);
    const runs = await readReportedRuns(entries);
    const ofRun = await readWeights(entries, flags.weights, "report");
    if (flags.weights !== undefined && ofRun.weightsAbsence !== undefined) output.warn(ofRun.weightsAbsence);
    const files = await writeReport(flags.out, { title: flags.title, runs, fit, ...ofRun }, flags);
    output.record({ type: "report", runs: runs.length, hasFit: fit !== undefined, files });
    output.print(`report of ${plural(runs.length, "run")}: ${files.at(-1)}`);
    return 0;
  },
});
