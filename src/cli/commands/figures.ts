/** sparselaw figures */
import { plural } from "../../core/format.ts";
import type { FitResult, SourceRow } from "../../fit/index.ts";
import { UNNAMED_DATA } from "../../fit/laws/units.ts";
import { command } from "../command.ts";
import { repeated, text, withDefault } from "../flags.ts";
import { lossUnit, png } from "../shared-options.ts";

export const figuresCommand = command({
  name: "figures",
  words: "<fit.json> [source...]",
  help: "the figures of a fit and of the runs and tables that it was fitted to, as files",
  options: {
    out: withDefault(text("<directory>", "where the figures go"), "figures"),
    png,
    columns: text("<mapping>", "sparsity=…,nonzero=…,data=…,loss=…,mean=… by column names"),
    expr: repeated("<quantity=expression>", "a quantity computed from columns", String),
    lossUnit,
  },
  async run([file, paths], flags, output) {
    const { parseMapping } = await import("../../fit/index.ts");
    const { lawOfFit } = await import("../../fit/result.ts");
    const { lossesOfRows } = await import("../../report/data/measurements.ts");
    const { drawLawFigures } = await import("../../report/figures/index.ts");
    const { writeFigures } = await import("../../report/write.ts");
    const { readFit, readRows } = await import("../inputs.ts");
    const fit = await readFit(file);
    const mapping = parseMapping(flags.columns, flags.expr);
    const sources = await readRows(paths, lawOfFit(fit), { mapping, lossUnit: flags.lossUnit });
    const rows = fittedRows(fit, sources.rows);
    if (paths.length > 0 && rows.length !== fit.rows)
      output.warn(`The law was fitted to ${plural(fit.rows, "row")}; the figures show ${rows.length}.`);
    const unit = fit.dataUnit === UNNAMED_DATA ? undefined : fit.dataUnit;
    const figures = drawLawFigures(fit, lossesOfRows(rows, unit));
    const files = await writeFigures(flags.out, figures, flags);
    output.record({ type: "figures", rows: rows.length, files });
    output.print(`${plural(figures.size, "figure")} of ${plural(rows.length, "row")} in ${flags.out}`);
    return 0;
  },
});

/** Without the rows that the fit left out, which it names. */
function fittedRows({ leftOut = [] }: FitResult, rows: readonly SourceRow[]): SourceRow[] {
  const names = new Set(leftOut.map(({ row }) => row));
  return rows.filter(({ name }) => !names.has(name));
}
