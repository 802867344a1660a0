/** Vision transformers. D counts images. */
import type { ImageSource } from "../../sources/source.ts";
import { defineFamily } from "../family.ts";
import { brokenHeads, transformerScaling } from "../transformer.ts";
import { buildVit } from "./model.ts";
import { type VitConfig, vitSchema } from "./schema.ts";

export const vitFamily = defineFamily<VitConfig, ImageSource>({
  name: "vit",
  schema: vitSchema,
  reads: "images",
  dataUnit: "images",
  unitsPerExample: () => 1,
  brokenRelations: brokenHeads,
  scaling: transformerScaling(),
  leastData: ({ patchSize }) => ({ kind: "images", channels: 1, height: patchSize, width: patchSize, numClasses: 1 }),
  build: (model, { data, batchSize, declare }) => buildVit(model, { image: data, batchSize, declare }),
});
