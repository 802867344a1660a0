/** sparselaw fit --compare */
import { formatNumber, plural } from "../../core/format.ts";
import {
  type Comparison,
  compareLaws,
  type FitOptions,
  type FitRow,
  type HoldOut,
  type LawDefinition,
} from "../../fit/index.ts";
import { alignColumns, type Output } from "../output.ts";

/** Columns of the hold-outs, by what was held out. */
const HELD_OUT = { nonzeroParams: "largest N", data: "most data", sparsity: "highest S" } as const;

/** @param laws those that take part in comparisons where none is named */
export async function compare(
  rows: readonly FitRow[],
  laws: readonly (string | LawDefinition)[],
  options: Omit<FitOptions, "law">,
  output: Output,
): Promise<void> {
  const comparison = await compareLaws(rows, laws.length === 0 ? undefined : laws, options, (done, total) =>
    output.progress(() => [`comparing laws: ${done} of ${total}`]),
  );
  output.clear();
  output.record(comparison);
  output.print(...describe(comparison));
  for (const { law, reason } of comparison.refused) output.warn(`${law} is left out: ${reason}`);
}

function describe({ laws, rows }: Comparison): string[] {
  const heads = ["law", "parameters", "mean Huber", "ΔAICc", "weight", "leave one out", ...Object.values(HELD_OUT)];
  const lines = laws.map(({ law, parameters, fit, validation, aiccDifference, akaikeWeight }) => [
    law,
    `${parameters}`,
    fit.huberMean.toExponential(3),
    aiccDifference === null ? "—" : aiccDifference.toFixed(1),
    akaikeWeight === null ? "—" : akaikeWeight.toFixed(3),
    percent(validation.leaveOneOut.meanAbsolutePercentage),
    ...Object.keys(HELD_OUT).map((by) => heldOut(validation.holdOuts.find((h) => h.by === by))),
  ]);
  return [
    `${plural(rows, "run")}; errors are mean absolute errors of predictions of runs that were not fitted`,
    ...alignColumns([heads, ...lines]),
    ...laws.flatMap(({ law, validation, fit }) => [
      ...validation.holdOuts.flatMap(({ by, reason }) =>
        reason === null ? [] : [`${law}, ${HELD_OUT[by]} left out: ${reason}`],
      ),
      ...fit.warnings.map((warning) => `${law}: ${warning}`),
    ]),
  ];
}

const percent = (value: number) => `${formatNumber(value)} %`;

const heldOut = (holdOut: HoldOut | undefined) =>
  holdOut?.errors ? percent(holdOut.errors.meanAbsolutePercentage) : "—";
