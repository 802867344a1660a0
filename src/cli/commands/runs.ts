/** sparselaw runs */
import { formatCount, formatNumber } from "../../core/format.ts";
import { command } from "../command.ts";
import { alignColumns } from "../output.ts";

const HEADER = ["run", "state", "N", "S", "D", "loss", "steps/s", "name"];

export const runsCommand = command({
  name: "runs",
  words: "[directory]",
  help: "list runs and what became of them",
  options: {},
  async run([path = "runs"], _, output) {
    const { readRuns, stateOf } = await import("../inputs.ts");
    const entries = await readRuns(path);
    const rows = entries.map((entry) => {
      const { id, config, result, problems } = entry;
      const state = stateOf(entry);
      output.record({ type: "run", id, state, problems, name: config?.name, result });
      const numbers = result
        ? [
            formatCount(result.nonzeroParams),
            formatNumber(result.sparsity),
            formatCount(result.dataSeen),
            Number.isNaN(result.validLoss) ? "" : result.validLoss.toFixed(4),
            formatNumber(result.stepsPerSecond),
          ]
        : ["", "", "", "", ""];
      return [id, state, ...numbers, config?.name ?? ""];
    });
    output.print(...alignColumns([HEADER, ...rows]));
    for (const { id, problems } of entries) for (const problem of problems) output.warn(`run ${id}: ${problem}`);
    return 0;
  },
});
