/** Gradual magnitude pruning: along a cubic ramp the weights of least magnitude go, and none comes back. */
import { z } from "zod";
import { derivedDefault } from "../core/choice.ts";
import { defineMethod } from "./method.ts";
import { cubicRamp } from "./ramp.ts";

const share = z.number().min(0).max(1);

/** Mask updates of a ramp where the interval is left out, and the longest such interval. */
const USUAL_UPDATES = 20;
const LONGEST_INTERVAL = 100;

export const gradualMagnitudeSchema = z.strictObject({
  method: z.literal("gradual-magnitude").describe("How weights are chosen: by gradual magnitude pruning."),
  start: share.default(0.25).describe("Share of the steps at which the cubic ramp begins."),
  end: share.default(0.75).describe("Share of the steps at which it reaches `final`."),
  interval: derivedDefault(
    z.int().positive().describe("Steps between two mask updates; the last one always falls on the end of the ramp."),
    "a 20th of the ramp, 100 at most",
  ),
});

export type GradualMagnitudeConfig = z.infer<typeof gradualMagnitudeSchema>;

/** Source    Zhu & Gupta 2017, "To prune, or not to prune" */
export const gradualMagnitude = defineMethod<GradualMagnitudeConfig>({
  name: "gradual-magnitude",
  schema: gradualMagnitudeSchema,
  complete: (config, steps) => ({ interval: intervalOf(config, steps) }),
  changes: (config, steps) =>
    cubicRamp({ ...config, interval: intervalOf(config, steps) }, steps).map((update) => ({
      kind: "prune",
      ...update,
    })),
  warnings(config, steps) {
    const { final, start, end } = config;
    const interval = intervalOf(config, steps);
    const ramp = Math.round((end - start) * steps);
    if (final === 0 || ramp <= 1 || interval < ramp) return [];
    return [
      `sparsity.interval (${interval}) is not shorter than the ramp of ${ramp} steps: all weights go at once, before step ` +
        `${Math.round(end * steps)}. Lower it, or leave it out.`,
    ];
  },
  *brokenRelations({ start, end }) {
    if (start > end) yield ["start", `at most sparsity.end (${end})`, start, "The ramp runs from start to end."];
  },
});

type Ramp = Pick<GradualMagnitudeConfig, "start" | "end" | "interval">;

function intervalOf({ start, end, interval }: Ramp, steps: number): number {
  const spread = Math.round(((end - start) * steps) / USUAL_UPDATES);
  return interval ?? Math.min(LONGEST_INTERVAL, Math.max(1, spread));
}
