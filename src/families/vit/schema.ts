import { z } from "zod";
import { transformerKeys } from "../transformer.ts";

export const vitSchema = z.strictObject({
  family: z.literal("vit").describe("A vision transformer: reads images."),
  ...transformerKeys,
  patchSize: z.int().positive().describe("Side of the square patches in pixels; divides the image's height and width."),
  pooling: z
    .enum(["mean", "class"])
    .default("mean")
    .describe("What the head reads: the mean of all tokens, or a class token."),
});

export type VitConfig = z.infer<typeof vitSchema>;
export type VitInput = z.input<typeof vitSchema>;

/**
 * The model part of a run's configuration, for a vision transformer.
 *
 *     train({ model: vit({ dModel: 64, numLayers: 4, numHeads: 4, patchSize: 4 }), … })
 */
export function vit(model: Omit<VitInput, "family">): VitInput {
  return { family: "vit", ...model };
}
