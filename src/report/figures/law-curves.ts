/** The law's curves over size and over data at each sparsity, with the measured runs. */
import * as Plot from "@observablehq/plot";
import { type FitResult, predictLoss } from "../../fit/result.ts";
import { type Domain, heading, linearAxisY, logAxisX, margins, pad, widen } from "../axes.ts";
import type { SparsityScale } from "../colours.ts";
import { formatCount, formatPercent } from "../format.ts";
import {
  dataUnit,
  extent,
  groupBySize,
  lossUnit,
  type ReportedRun,
  runLabel,
  type SizeGroup,
  targetSparsity,
} from "../runs.ts";
import { type Panel, panel, panelWidth, renderFigure } from "../svg.ts";

type Axis = "nonzeroParams" | "dataSeen";
const POINTS = 60;
/** Panels of one figure; of more groups than that, evenly spread ones are shown. */
const MOST_PANELS = 6;
const MOST_COLUMNS = 3;

/**
 * Loss against non-zero parameters (or against data), one panel for each amount of the other, as SVG.
 *
 * Units     loss in nats per token or image · N in parameters · D in tokens or images
 */
export function lawCurves(fit: FitResult, runs: readonly ReportedRun[], scale: SparsityScale, over: Axis): string {
  const fixed: Axis = over === "nonzeroParams" ? "dataSeen" : "nonzeroParams";
  const groups = spread(
    groupBySize(runs, (run) => run.result[fixed]),
    MOST_PANELS,
  );
  const columns = groups.length === 4 ? 2 : Math.min(groups.length, MOST_COLUMNS);
  const xDomain = widen(extent(runs.map((run) => run.result[over])), 1.6);
  const yDomain = pad(extent(runs.map((run) => run.result.validLoss)), 0.08);
  const fixedName = fixed === "dataSeen" ? `each amount of data` : `each non-zero size`;
  return renderFigure({
    name: over === "nonzeroParams" ? "loss-over-size" : "loss-over-data",
    title: `Loss against ${over === "nonzeroParams" ? "non-zero parameters" : "training data"}, at ${fixedName}`,
    subtitle: "Lines: the fitted law at each sparsity. Marks: measured validation loss of the runs.",
    scale,
    columns,
    panels: groups.map((group) => lawPanel(fit, group, { over, fixed, scale, xDomain, yDomain, columns })),
  });
}

interface Frame {
  readonly over: Axis;
  readonly fixed: Axis;
  readonly scale: SparsityScale;
  readonly xDomain: Domain;
  readonly yDomain: Domain;
  readonly columns: number;
}

function lawPanel(fit: FitResult, group: SizeGroup<ReportedRun>, frame: Frame): Panel {
  const { over, fixed, scale, xDomain, yDomain, columns } = frame;
  const unit = dataUnit(group.members);
  const sparsities = [...new Set(group.members.map(targetSparsity))];
  return panel({
    ...margins,
    width: panelWidth(columns),
    height: columns === 1 ? 370 : 310,
    x: { type: "log", domain: xDomain, label: null },
    y: { domain: yDomain, label: null },
    marks: [
      ...logAxisX(xDomain, {
        label: over === "nonzeroParams" ? "non-zero parameters N" : `training data D (${unit})`,
        most: 5,
      }),
      ...linearAxisY({ label: `validation loss (${lossUnit(group.members)})` }),
      heading(fixed === "dataSeen" ? `D ≈ ${formatCount(group.size)} ${unit}` : `N ≈ ${formatCount(group.size)}`),
      ...sparsities.map((sparsity) => lawLine(fit, sparsity, group.size, frame)),
      ...group.members.map((run) => runMark(run, over, scale)),
    ],
  });
}

function lawLine(fit: FitResult, sparsity: number, fixedSize: number, { over, xDomain, scale }: Frame): Plot.Markish {
  const [lo, hi] = xDomain;
  const points = Array.from({ length: POINTS }, (_, i) => {
    const x = lo * (hi / lo) ** (i / (POINTS - 1));
    const [nonzeroParams, data] = over === "nonzeroParams" ? [x, fixedSize] : [fixedSize, x];
    return [x, predictLoss(fit, { sparsity, nonzeroParams, data })] as const;
  });
  return Plot.line(points, { stroke: scale.of(sparsity).colour, strokeWidth: 1.5, clip: true });
}

function runMark(run: ReportedRun, over: Axis, scale: SparsityScale): Plot.Markish {
  const { colour, symbol } = scale.of(targetSparsity(run));
  const { sparsity, nonzeroParams, dataSeen, validLoss } = run.result;
  const title = () =>
    `${runLabel(run)}\nS = ${formatPercent(sparsity)}, N = ${formatCount(nonzeroParams)}, D = ${formatCount(dataSeen)}\nloss ${validLoss.toFixed(4)}`;
  return Plot.dot([run.result], { x: over, y: "validLoss", symbol, fill: colour, r: 3.6, title });
}

function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}
