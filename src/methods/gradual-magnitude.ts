/** Gradual magnitude pruning: along a cubic ramp the weights of least magnitude go, and none comes back. */
import { z } from "zod";
import { defineMethod } from "./method.ts";
import { cubicRamp } from "./ramp.ts";

const share = z.number().min(0).max(1);

export const gradualMagnitudeSchema = z.strictObject({
  method: z.literal("gradual-magnitude").describe("How weights are chosen: by gradual magnitude pruning."),
  start: share.default(0.25).describe("Share of the steps at which the cubic ramp begins."),
  end: share.default(0.75).describe("Share of the steps at which it reaches `final`."),
  interval: z
    .int()
    .positive()
    .default(100)
    .describe("Steps between two mask updates; the last one always falls on the end of the ramp."),
});

/** Source    Zhu & Gupta 2017, "To prune, or not to prune" */
export const gradualMagnitude = defineMethod<z.infer<typeof gradualMagnitudeSchema>>({
  name: "gradual-magnitude",
  schema: gradualMagnitudeSchema,
  changes: (config, steps) => cubicRamp(config, steps).map((update) => ({ kind: "prune", ...update })),
  *brokenRelations({ start, end }) {
    if (start > end) yield ["start", `at most sparsity.end (${end})`, start, "The ramp runs from start to end."];
  },
});
