/** Training and validation loss while the model is pruned, one panel for each non-zero size and training length. */

import * as Plot from "@observablehq/plot";
import { formatCount, formatPercent } from "../../core/format.ts";
import { groupBySize } from "../data/groups.ts";
import { dataUnit, lossUnit, type ReportedRun, rampOf, runLabel, targetSparsity } from "../data/reported-runs.ts";
import { extent, mean } from "../data/statistics.ts";
import { heading, linearAxisX, linearAxisY, margins } from "../draw/axes.ts";
import { type SparsityScale, shade } from "../draw/colours.ts";
import { type Drawing, type Panel, panel, panelWidth, stack } from "../draw/svg.ts";
import type { ReportFigure } from "./figure.ts";

/** Training losses are averaged over this many equal stretches of a run. */
const BINS = 80;
/** The loss axis starts where runs stand after this share of their steps: the first fall would flatten the rest. */
const SETTLED = 0.08;
const MOST_COLUMNS = 4;
/** Panels wider than this, in pixels, are drawn taller too. */
const WIDE = 500;

interface Curve {
  readonly run: ReportedRun;
  readonly loss: readonly { step: number; value: number }[];
  readonly sparsity: readonly { step: number; value: number }[];
  readonly evals: readonly { step: number; value: number }[];
}

export const figure = {
  name: "loss-curves",
  draw: ({ runs, scale }) => lossCurves(runs, scale),
  absence: () => "No run has recorded its steps, so loss curves are left out.",
} as const satisfies ReportFigure;

/**
 * Loss curves with the sparsity ramp; undefined where no run has recorded a step.
 *
 * Units     loss in nats per token or image · x in training steps
 */
function lossCurves(runs: readonly ReportedRun[], scale: SparsityScale): Drawing | undefined {
  const curves = runs.map(curveOf).filter((curve) => curve.loss.length > 0);
  if (curves.length === 0) return undefined;
  const sizes = groupBySize(curves, ({ run }) => run.result.nonzeroParams);
  const cells = sizes.flatMap(({ size, members }) =>
    groupBySize(members, stepsOf, 1.05).map(({ members: inCell }) => ({ size, curves: inCell })),
  );
  const columns = Math.min(MOST_COLUMNS, sizes.length === 1 ? cells.length : cellsPerSize(cells.length, sizes.length));
  const domain = lossDomain(curves);
  return {
    title: `Training and validation loss${runs.some((run) => targetSparsity(run) > 0) ? " while weights are pruned" : ""}`,
    subtitle:
      "Lines: training loss, averaged over short stretches (dashed: the run did not complete). Marks: validation loss. " +
      "Shaded: the steps in which the sparsity ramp runs; below each panel, the ramp itself.",
    columns,
    panels: cells.map((cell) => cellPanel(cell.size, cell.curves, scale, domain, panelWidth(columns))),
  };
}

/** A row of panels for each size where every size has the same training lengths and they fit; else as many as fit. */
const cellsPerSize = (numCells: number, numSizes: number): number =>
  numCells % numSizes === 0 && numCells > numSizes && numCells / numSizes <= MOST_COLUMNS
    ? numCells / numSizes
    : numCells;

const stepsOf = ({ run }: Curve): number => run.result.config.training.steps;

function curveOf(run: ReportedRun): Curve {
  const bins: { step: number; loss: number; sparsity: number }[][] = Array.from({ length: BINS }, () => []);
  const evals: { step: number; value: number }[] = [];
  const { steps } = run.result.config.training;
  for (const event of run.events) {
    if (event.type === "step" && Number.isFinite(event.trainLoss)) {
      const bin = Math.min(Math.floor((event.step / steps) * BINS), BINS - 1);
      bins[bin]!.push({ step: event.step, loss: event.trainLoss, sparsity: event.sparsity });
    }
    if (event.type === "eval" && Number.isFinite(event.validLoss))
      evals.push({ step: event.step, value: event.validLoss });
  }
  const filled = bins.filter((bin) => bin.length > 0);
  const averaged = (pick: (point: (typeof bins)[0][0]) => number) =>
    filled.map((bin) => ({ step: mean(bin.map((p) => p.step)), value: mean(bin.map(pick)) }));
  return { run, evals, loss: averaged((p) => p.loss), sparsity: averaged((p) => p.sparsity) };
}

function lossDomain(curves: readonly Curve[]): [number, number] {
  const settled = curves.flatMap((curve) =>
    [...curve.loss, ...curve.evals].filter((p) => p.step >= SETTLED * stepsOf(curve)).map((p) => p.value),
  );
  const [lo, hi] = extent(settled.length > 0 ? settled : curves.flatMap((curve) => curve.loss.map((p) => p.value)));
  const room = 0.04 * (hi - lo || 1);
  return [lo - room, hi + room];
}

function cellPanel(
  size: number,
  curves: readonly Curve[],
  scale: SparsityScale,
  domain: [number, number],
  width: number,
): Panel {
  const runs = curves.map((curve) => curve.run);
  const steps = Math.max(...curves.map(stepsOf));
  // The last evaluation stands on the last step: room for half a mark.
  const x = { domain: [0, steps], label: null, insetRight: 4 };
  const data = formatCount(Math.max(...runs.map((run) => run.result.dataSeen)));
  const loss = panel({
    ...margins,
    marginBottom: 6,
    width,
    height: width > WIDE ? 300 : 196,
    x: { ...x, axis: null },
    y: { domain, label: null },
    marks: [
      rampShade(runs),
      ...linearAxisY({ label: `loss (${lossUnit(runs)})` }),
      heading(`N ≈ ${formatCount(size)}, D = ${data} ${dataUnit(runs)}`),
      ...curves.map((curve) => lossLine(curve, scale)),
      ...curves.map((curve) => evalMarks(curve, scale)),
    ],
  });
  const ramp = panel({
    ...margins,
    marginTop: 24,
    width,
    height: 110,
    x,
    y: { domain: [0, 1], label: null },
    marks: [
      rampShade(runs),
      ...linearAxisX({ label: "training step", format: formatCount, most: 4 }),
      ...linearAxisY({ label: "sparsity S", most: 2 }),
      ...curves.map((curve) => rampLine(curve, scale)),
    ],
  });
  return stack([loss, ramp]);
}

/** The ramp's steps, taken from a pruned run. */
function rampShade(runs: readonly ReportedRun[]): Plot.Markish {
  const pruned = runs.filter((run) => targetSparsity(run) > 0 && rampOf(run) !== undefined).slice(0, 1);
  const step = (key: "start" | "end") => (run: ReportedRun) => rampOf(run)![key] * run.result.config.training.steps;
  return Plot.rectX(pruned, { x1: step("start"), x2: step("end"), fill: shade.light });
}

function lossLine({ run, loss }: Curve, scale: SparsityScale): Plot.Markish {
  const dashed = run.result.status === "completed" ? {} : { strokeDasharray: "4 3" };
  const style = { stroke: scale.of(targetSparsity(run)).colour, strokeWidth: 1.4, clip: true, ...dashed } as const;
  return Plot.line(loss, { x: "step", y: "value", title: () => `${runLabel(run)} (${run.result.id})`, ...style });
}

function evalMarks({ run, evals }: Curve, scale: SparsityScale): Plot.Markish {
  const { colour, symbol } = scale.of(targetSparsity(run));
  const title = (e: { step: number; value: number }) =>
    `${runLabel(run)}\nS = ${formatPercent(run.result.sparsity)}, step ${e.step}, validation loss ${e.value.toFixed(4)}`;
  return Plot.dot(evals, { x: "step", y: "value", symbol, fill: colour, r: 2.6, title, clip: true });
}

const rampLine = ({ run, sparsity }: Curve, scale: SparsityScale): Plot.Markish =>
  Plot.line(sparsity, { x: "step", y: "value", stroke: scale.of(targetSparsity(run)).colour, strokeWidth: 1.4 });
