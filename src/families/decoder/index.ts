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
  leastData: () => ({ kind: "tokens", vocabSize: 1 }),
  build: (model, { data, batchSize, declare }) =>
    buildDecoder(model, { vocabSize: data.vocabSize, batchSize, declare }),
});
