/** Linear warm-up, then level. */
import { z } from "zod";
import { brokenWarmup, defineRate, warmingUp, warmupKeys, withPeak } from "./rate.ts";

export const constantSchema = z.strictObject({
  kind: z.literal("constant").describe("Chooses this section."),
  ...warmupKeys,
});

export const constant = defineRate<z.infer<typeof constantSchema>>({
  name: "constant",
  schema: constantSchema,
  rate: (config, step) => warmingUp(config, step) ?? config.peak,
  scaled: withPeak,
  brokenRelations: brokenWarmup,
});
