/** Linear warm-up, then a half cosine down to `final`·peak. */
import { z } from "zod";
import { cos } from "../core/math.ts";
import { brokenWarmup, defineRate, warmingUp, warmupKeys, withPeak } from "./rate.ts";

export const cosineSchema = z.strictObject({
  kind: z.literal("cosine").describe("Chooses this section."),
  ...warmupKeys,
  final: z.number().min(0).max(1).default(0.1).describe("Last learning rate, as a share of the peak."),
});

export const cosine = defineRate<z.infer<typeof cosineSchema>>({
  name: "cosine",
  schema: cosineSchema,
  rate(config, step, steps) {
    const progress = (step - config.warmupSteps) / Math.max(1, steps - config.warmupSteps);
    return (
      warmingUp(config, step) ?? config.peak * (config.final + (1 - config.final) * 0.5 * (1 + cos(Math.PI * progress)))
    );
  },
  scaled: withPeak,
  brokenRelations: brokenWarmup,
});
