import { z } from "zod";
import { transformerKeys } from "../transformer.ts";

export const decoderSchema = z.strictObject({
  family: z.literal("decoder").describe("A decoder-only language model: reads text."),
  ...transformerKeys,
  seqLen: z.int().positive().describe("Tokens of a training sequence."),
  tiedEmbedding: z.boolean().default(false).describe("The output head reads the embedding table."),
});

export type DecoderConfig = z.infer<typeof decoderSchema>;
export type DecoderInput = z.input<typeof decoderSchema>;

/**
 * The model part of a run's configuration, for a decoder-only language model.
 *
 *     train({ model: decoder({ dModel: 64, numLayers: 2, numHeads: 2, seqLen: 128 }), … })
 */
export function decoder(model: Omit<DecoderInput, "family">): DecoderInput {
  return { family: "decoder", ...model };
}
