/** Decoder-only language models. D counts tokens. */
import type { TokenSource } from "../../sources/source.ts";
import { defineFamily } from "../family.ts";
import { brokenHeads, transformerScaling } from "../transformer.ts";
import { buildDecoder } from "./model.ts";
import { type DecoderConfig, decoderSchema } from "./schema.ts";

export const decoderFamily = defineFamily<DecoderConfig, TokenSource>({
  name: "decoder",
  schema: decoderSchema,
  reads: "tokens",
  dataUnit: "tokens",
  unitsPerExample: ({ seqLen }) => seqLen,
  brokenRelations: brokenHeads,
  scaling: transformerScaling(),
  samples: [
    {
      model: { family: "decoder", dModel: 20, numLayers: 1, numHeads: 2, dFf: 28, seqLen: 37 },
      data: { vocabSize: 43 },
    },
    {
      model: {
        family: "decoder",
        dModel: 20,
        numLayers: 1,
        numHeads: 2,
        dFf: 28,
        seqLen: 9,
        norm: "rmsnorm",
        activation: "geglu",
        bias: false,
        tiedEmbedding: true,
      },
      data: { vocabSize: 43 },
    },
  ],
  leastData: () => ({ kind: "tokens", vocabSize: 1 }),
  build: (model, { data, batchSize, declare }) =>
    buildDecoder(model, { vocabSize: data.vocabSize, batchSize, declare }),
});
