/** sparselaw runs */
import { formatCount, formatNumber } from "../../report/format.ts";
import { readRuns, stateOf } from "../inputs.ts";
import { alignColumns, type Output } from "../output.ts";

const HEADER = ["run", "state", "N", "S", "D", "loss", "steps/s", "name"];

export async function runsCommand(path: string, output: Output): Promise<number> {
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
}
