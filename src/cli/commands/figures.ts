/** sparselaw figures */
import { plural } from "../../core/format.ts";
import { command } from "../command.ts";
import { repeated, text, withDefault } from "../flags.ts";
import { lossUnit, mappingWording, png, weights } from "../shared-options.ts";

export const figuresCommand = command({
  name: "figures",
  words: "<fit.json|runs> [source...]",
  help: "figures as files: of a fit and the runs and tables that it was fitted to, or of runs alone",
  options: {
    out: withDefault(text("<directory>", "where the figures go"), "figures"),
    weights,
    png,
    columns: text("<mapping>", "sparsity=…,nonzero=…,data=…,loss=…,mean=… by column names"),
    expr: repeated("<quantity=expression>", "a quantity computed from columns", String),
    lossUnit,
  },
  wording: mappingWording,
  async run([first, others], flags, output) {
    const { readFigureSources } = await import("../figure-sources.ts");
    const { readWeights } = await import("../pruned-weights.ts");
    const { drawFigures } = await import("../../report/figures/index.ts");
    const { writeFigures } = await import("../../report/write.ts");
    const { entries, ...sources } = await readFigureSources(first, others, flags, output);
    const { figures, absences } = drawFigures({
      ...sources,
      ...(await readWeights(entries, flags.weights, "figures")),
    });
    const files = await writeFigures(flags.out, figures, flags);
    const rows = sources.measured.measurements.length;
    output.record({ type: "figures", rows, absences, files });
    output.print(`${plural(figures.size, "figure")} of ${plural(rows, "row")} in ${flags.out}`, ...absences);
    return 0;
  },
});
