/** scale/√max(step, warmupSteps), whose first steps are level. */
import { z } from "zod";
import { defineRate } from "./rate.ts";

export const rsqrtSchema = z.strictObject({
  kind: z.literal("rsqrt").describe("Chooses this section."),
  scale: z
    .number()
    .positive()
    .default(1)
    .describe("Rate = scale / √max(step, warmupSteps); 1 and 10 000 are the paper's."),
  warmupSteps: z.int().positive().default(10_000).describe("The rate is constant until this step."),
});

/** Source    T5 (Raffel et al. 2020) */
export const rsqrt = defineRate<z.infer<typeof rsqrtSchema>>({
  name: "rsqrt",
  schema: rsqrtSchema,
  rate: ({ scale, warmupSteps }, step) => scale / Math.sqrt(Math.max(step + 1, warmupSteps)),
  scaled: (config, factor) => ({ ...config, scale: config.scale * factor }),
});
