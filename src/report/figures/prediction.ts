/** What the law says of each run against what was measured, and what is left over. */
import * as Plot from "@observablehq/plot";
import { linearAxisX, linearAxisY, margins, pad } from "../axes.ts";
import { muted, type SparsityScale } from "../colours.ts";
import { formatCount, formatNumber, formatPercent, plural } from "../format.ts";
import { type PredictedRun, type PredictionError, predictionError } from "../law.ts";
import { dataUnit, extent, lossUnit, runLabel, targetSparsity } from "../runs.ts";
import { panel, panelWidth, renderFigure } from "../svg.ts";

/**
 * Predicted against measured loss, and the residuals, as SVG.
 *
 * Units     loss in nats per token or image · residual in percent of the measured loss, positive where the law is too low
 */
export function predictionFigure(predicted: readonly PredictedRun[], scale: SparsityScale): string {
  const error = predictionError(predicted);
  const unit = lossUnit(predicted.map(({ run }) => run));
  return renderFigure({
    name: "prediction",
    title: `The law meets ${plural(predicted.length, "run")} within ${formatPercent(error.meanAbsolute)} on average`,
    subtitle: errorFigures(error),
    scale,
    columns: 2,
    panels: [agreement(predicted, scale, unit), residuals(predicted, scale, unit)],
  });
}

function errorFigures({ meanAbsolute, rootMeanSquare, worst, rSquared }: PredictionError): string {
  const figures = [
    `mean absolute error ${formatPercent(meanAbsolute, 3)}`,
    `root mean square ${formatPercent(rootMeanSquare, 3)}`,
    `worst ${formatPercent(worst)}`,
    ...(Number.isFinite(rSquared) ? [`R² of the loss ${formatNumber(rSquared, 5)}`] : []),
  ];
  return `Relative to the measured loss: ${figures.join(", ")}.`;
}

const size = { ...margins, marginTop: 30, width: panelWidth(2), height: 380 };

function agreement(predicted: readonly PredictedRun[], scale: SparsityScale, unit: string) {
  const domain = pad(extent(predicted.flatMap((p) => [p.predicted, p.measured])), 0.04);
  return panel({
    ...size,
    x: { domain, label: null },
    y: { domain, label: null },
    marks: [
      ...linearAxisX({ label: `predicted loss (${unit})` }),
      ...linearAxisY({ label: `measured validation loss (${unit})` }),
      Plot.line(
        [domain, domain].map((d, i) => [d[i]!, d[i]!]),
        { stroke: muted.light },
      ),
      ...runMarks(predicted, scale, "measured"),
    ],
  });
}

function residuals(predicted: readonly PredictedRun[], scale: SparsityScale, unit: string) {
  const most = Math.max(...predicted.map((p) => Math.abs(p.residual))) || 0.01;
  return panel({
    ...size,
    x: { domain: pad(extent(predicted.map((p) => p.predicted)), 0.04), label: null },
    y: { domain: [-1.1 * most, 1.1 * most], label: null },
    marks: [
      ...linearAxisX({ label: `predicted loss (${unit})` }),
      ...linearAxisY({ label: "(measured − predicted) / measured (%)", format: (v) => formatNumber(100 * v) }),
      Plot.ruleY([0], { stroke: muted.light }),
      ...runMarks(predicted, scale, "residual"),
    ],
  });
}

function runMarks(
  predicted: readonly PredictedRun[],
  scale: SparsityScale,
  y: "measured" | "residual",
): Plot.Markish[] {
  return predicted.map((p) => {
    const { colour, symbol } = scale.of(targetSparsity(p.run));
    return Plot.dot([p], {
      x: "predicted",
      y,
      symbol,
      stroke: colour,
      fill: colour,
      fillOpacity: 0.35,
      r: 3.6,
      title: describe,
    });
  });
}

function describe({ run, measured, predicted, residual }: PredictedRun): string {
  const { sparsity, nonzeroParams, dataSeen } = run.result;
  return (
    `${runLabel(run)}\nS = ${formatPercent(sparsity)}, N = ${formatCount(nonzeroParams)}, D = ${formatCount(dataSeen)} ${dataUnit([run])}\n` +
    `measured ${measured.toFixed(4)}, predicted ${predicted.toFixed(4)} (${formatPercent(residual)})`
  );
}
