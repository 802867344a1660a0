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
  samples: [
    {
      model: { family: "vit", dModel: 20, numLayers: 1, numHeads: 2, dFf: 28, patchSize: 4, pooling: "class" },
      data: { imageSize: 12, numClasses: 3 },
    },
    {
      model: {
        family: "vit",
        dModel: 20,
        numLayers: 1,
        numHeads: 2,
        dFf: 28,
        patchSize: 3,
        norm: "rmsnorm",
        activation: "geglu",
      },
      data: { imageSize: 12, numClasses: 3 },
    },
  ],
  leastData: ({ patchSize }) => ({ kind: "images", channels: 1, height: patchSize, width: patchSize, numClasses: 1 }),
  build: (model, { data, batchSize, declare }) => buildVit(model, { image: data, batchSize, declare }),
});
