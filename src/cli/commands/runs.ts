/** sparselaw runs */
import { formatCount, formatNumber } from "../../core/format.ts";
import type { RunEntry } from "../../store/run-directory.ts";
import { command } from "../command.ts";
import { stateOf } from "../run-state.ts";
import { type Column, tableLines } from "../table.ts";

const COLUMNS: readonly Column<RunEntry>[] = [
  { heading: "run", of: ({ id }) => id },
  { heading: "state", of: stateOf },
  { heading: "N", of: ({ result }) => result && formatCount(result.nonzeroParams) },
  { heading: "S", of: ({ result }) => result && formatNumber(result.sparsity) },
  { heading: "D", of: ({ result }) => result && formatCount(result.dataSeen) },
  {
    heading: "loss",
    of: ({ result }) => result && (Number.isNaN(result.validLoss) ? "" : result.validLoss.toFixed(4)),
  },
  { heading: "steps/s", of: ({ result }) => result && formatNumber(result.stepsPerSecond) },
  { heading: "name", of: ({ config }) => config?.name },
];

export const runsCommand = command({
  name: "runs",
  words: "[directory]",
  help: "list runs and what became of them",
  options: {},
  async run([path = "runs"], _, output) {
    const { readRuns } = await import("../inputs.ts");
    const entries = await readRuns(path);
    for (const entry of entries) {
      const { id, config, result, problems } = entry;
      output.record({ type: "run", id, state: stateOf(entry), problems, name: config?.name, result });
    }
    output.print(...tableLines(COLUMNS, entries));
    for (const { id, problems } of entries) for (const problem of problems) output.warn(`run ${id}: ${problem}`);
    return 0;
  },
});
