/** sparselaw figures */
import { type FitResult, type LossUnit, parseMapping, type SourceRow } from "../../fit/index.ts";
import { UNNAMED_DATA } from "../../fit/laws/units.ts";
import { lawOfFit } from "../../fit/result.ts";
import { evidenceOfRows } from "../../report/evidence.ts";
import { drawLawFigures } from "../../report/figures/index.ts";
import { plural } from "../../report/format.ts";
import { writeFigures } from "../../report/write.ts";
import { readFit, readRows } from "../inputs.ts";
import type { Output } from "../output.ts";

export interface FiguresFlags {
  readonly out: string;
  readonly png: boolean;
  readonly columns?: string;
  readonly expr: readonly string[];
  readonly lossUnit: LossUnit;
}

export async function figuresCommand(
  file: string,
  paths: readonly string[],
  flags: FiguresFlags,
  output: Output,
): Promise<number> {
  const fit = await readFit(file);
  const mapping = parseMapping(flags.columns, flags.expr);
  const sources = await readRows(paths, lawOfFit(fit), { mapping, lossUnit: flags.lossUnit });
  const rows = fittedRows(fit, sources.rows);
  if (paths.length > 0 && rows.length !== fit.rows)
    output.warn(`The law was fitted to ${plural(fit.rows, "row")}; the figures show ${rows.length}.`);
  const unit = fit.dataUnit === UNNAMED_DATA ? undefined : fit.dataUnit;
  const figures = drawLawFigures(fit, evidenceOfRows(rows, unit));
  const files = await writeFigures(flags.out, figures, flags);
  output.record({ type: "figures", rows: rows.length, files });
  output.print(`${plural(figures.size, "figure")} of ${plural(rows.length, "row")} in ${flags.out}`);
  return 0;
}

/** Without the rows that the fit left out, which it names. */
function fittedRows({ leftOut = [] }: FitResult, rows: readonly SourceRow[]): SourceRow[] {
  const names = new Set(leftOut.map(({ row }) => row));
  return rows.filter(({ name }) => !names.has(name));
}
