/** What the law says of each run against what was measured, and what is left over. */

import * as Plot from "@observablehq/plot";
import { formatNumber, formatPercent, plural } from "../../core/format.ts";
import { describeMeasurement, lossUnitOf, type MeasuredLosses } from "../data/measurements.ts";
import { type Prediction, type PredictionError, predictAll, predictionError } from "../data/predictions.ts";
import { extent } from "../data/statistics.ts";
import { linearAxisX, linearAxisY, margins, pad } from "../draw/axes.ts";
import { muted, type SparsityScale } from "../draw/colours.ts";
import { type Drawing, panel, panelWidth } from "../draw/svg.ts";
import { fitOfMeasured, type ReportFigure, whyNoLaw } from "./figure.ts";

export const figure = {
  name: "prediction",
  draw: (content) => {
    const fit = fitOfMeasured(content);
    const { measured, scale } = content;
    return fit && predictionFigure(predictAll(fit, measured.measurements), measured, scale);
  },
  absence: whyNoLaw,
} as const satisfies ReportFigure;

/**
 * Predicted against measured loss, and the residuals,.
 *
 * Units     loss in nats per token or image · residual in percent of the measured loss, positive where the law is too low
 */
function predictionFigure(predictions: readonly Prediction[], measured: MeasuredLosses, scale: SparsityScale): Drawing {
  const error = predictionError(predictions);
  const frame = { scale, unit: lossUnitOf(measured), dataUnit: measured.dataUnit };
  return {
    title: `The law meets ${plural(predictions.length, "run")} within ${formatPercent(error.meanAbsolute)} on average`,
    subtitle: errorFigures(error),
    columns: 2,
    panels: [agreement(predictions, frame), residuals(predictions, frame)],
  };
}

interface Frame {
  readonly scale: SparsityScale;
  /** Of the loss. */
  readonly unit: string;
  readonly dataUnit: string | undefined;
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

function agreement(predictions: readonly Prediction[], frame: Frame) {
  const domain = pad(extent(predictions.flatMap((p) => [p.predicted, p.measurement.loss])), 0.04);
  return panel({
    ...size,
    x: { domain, label: null },
    y: { domain, label: null },
    marks: [
      ...linearAxisX({ label: `predicted loss (${frame.unit})` }),
      ...linearAxisY({ label: `measured validation loss (${frame.unit})` }),
      Plot.line(
        [domain, domain].map((d, i) => [d[i]!, d[i]!]),
        { stroke: muted.light },
      ),
      ...predictionMarks(predictions, frame, (p) => p.measurement.loss),
    ],
  });
}

function residuals(predictions: readonly Prediction[], frame: Frame) {
  const most = Math.max(...predictions.map((p) => Math.abs(p.residual))) || 0.01;
  return panel({
    ...size,
    x: { domain: pad(extent(predictions.map((p) => p.predicted)), 0.04), label: null },
    y: { domain: [-1.1 * most, 1.1 * most], label: null },
    marks: [
      ...linearAxisX({ label: `predicted loss (${frame.unit})` }),
      ...linearAxisY({ label: "(measured − predicted) / measured (%)", format: (v) => formatNumber(100 * v) }),
      Plot.ruleY([0], { stroke: muted.light }),
      ...predictionMarks(predictions, frame, (p) => p.residual),
    ],
  });
}

const predictionMarks = (
  predictions: readonly Prediction[],
  { scale, dataUnit }: Frame,
  y: (p: Prediction) => number,
): Plot.Markish[] => predictions.map((p) => predictionMark(p, scale, dataUnit, { x: (of) => of.predicted, y }));

/** One measurement, in the colour and the shape of its sparsity; the hover text tells what the law says of it. */
export function predictionMark(
  prediction: Prediction,
  scale: SparsityScale,
  dataUnit: string | undefined,
  at: { x: (p: Prediction) => number; y: (p: Prediction) => number; dx?: number },
): Plot.Markish {
  const { colour, symbol } = scale.of(prediction.measurement.level);
  const title = ({ measurement, predicted, residual }: Prediction) =>
    `${describeMeasurement(measurement, dataUnit)}\n` +
    `measured ${measurement.loss.toFixed(4)}, predicted ${predicted.toFixed(4)} (${formatPercent(residual)})`;
  return Plot.dot([prediction], { ...at, symbol, stroke: colour, fill: colour, fillOpacity: 0.35, r: 3.6, title });
}
