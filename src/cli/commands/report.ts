/** sparselaw report */
import { availableParallelism } from "node:os";
import { ConfigError } from "../../core/errors.ts";
import { requireReplicates } from "../../fit/assess.ts";
import { type FitResult, fitLaw } from "../../fit/index.ts";
import { tasksOnPool } from "../../fit/pool.ts";
import { plural } from "../../report/format.ts";
import { writeReport } from "../../report/write.ts";
import { type RunEntry, readEvents } from "../../store/run-directory.ts";
import { assessed } from "../assess.ts";
import { readFit, readRuns, rowsOfEntries } from "../inputs.ts";
import type { Output } from "../output.ts";
import { readWeights } from "../weights.ts";

export interface ReportFlags {
  readonly out: string;
  readonly title: string;
  readonly fit?: string;
  readonly weights?: string;
  readonly bootstrap: number;
  readonly png: boolean;
}

export async function reportCommand(paths: readonly string[], flags: ReportFlags, output: Output): Promise<number> {
  if (flags.bootstrap !== 0) requireReplicates(flags.bootstrap);
  const entries = (await Promise.all(paths.map(readRuns))).flat();
  for (const { id, problems } of entries) for (const problem of problems) output.warn(`run ${id}: ${problem}`);
  const fit =
    flags.fit === undefined ? await fitWhatThereIs(entries, flags.bootstrap, output) : await readFit(flags.fit);
  const runs = await Promise.all(
    entries.flatMap(({ result, directory }) => (result ? [reported(result, directory)] : [])),
  );
  const weights = await readWeights(entries, flags.weights);
  if (flags.weights !== undefined && weights.weightsAbsence !== undefined) output.warn(weights.weightsAbsence);
  const files = await writeReport(flags.out, { title: flags.title, runs, fit, ...weights }, flags);
  output.record({ type: "report", runs: runs.length, hasFit: fit !== undefined, files });
  output.print(`report of ${plural(runs.length, "run")}: ${files.at(-1)}`);
  return 0;
}

async function reported(result: NonNullable<RunEntry["result"]>, directory: string) {
  return { result, events: await readEvents(directory) };
}

/** Too few runs to identify the law make a report without one, or without intervals; it says so itself. */
async function fitWhatThereIs(
  entries: readonly RunEntry[],
  replicates: number,
  output: Output,
): Promise<FitResult | undefined> {
  const run = tasksOnPool(availableParallelism());
  let fit: FitResult | undefined;
  try {
    const { rows, dataUnit } = rowsOfEntries(entries);
    fit = await fitLaw(rows, { dataUnit, run });
    return replicates === 0 ? fit : await assessed(rows, fit, { dataUnit, run, replicates }, output);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    output.warn(`The report goes without ${fit === undefined ? "a law" : "intervals"}: ${error.message}`);
    return fit;
  }
}
