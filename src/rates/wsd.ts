/** Warm-up, stable, then a linear decay over the last `decayFraction` of the steps to `final`·peak. */
import { z } from "zod";
import { brokenWarmup, defineRate, warmingUp, warmupKeys, withPeak } from "./rate.ts";

export const wsdSchema = z.strictObject({
  kind: z.literal("wsd").describe("Chooses this section."),
  ...warmupKeys,
  decayFraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe("Share of the steps, at the end, over which the rate falls linearly."),
  final: z.number().min(0).max(1).default(0).describe("Last learning rate, as a share of the peak."),
});

/** Source    warm-up–stable–decay: Hu et al. 2024 (MiniCPM) */
export const wsd = defineRate<z.infer<typeof wsdSchema>>({
  name: "wsd",
  schema: wsdSchema,
  rate(config, step, steps) {
    const decaySteps = Math.max(1, Math.round(config.decayFraction * steps));
    const remaining = Math.min(1, (steps - step) / decaySteps);
    return warmingUp(config, step) ?? config.peak * (config.final + (1 - config.final) * remaining);
  },
  scaled: withPeak,
  brokenRelations: brokenWarmup,
});
