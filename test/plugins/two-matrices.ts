/** A family of two matrices: a classifier of images with one hidden layer, whose D counts pictures. */
import {
  type Activations,
  type BatchTensors,
  declareLinear,
  defineFamily,
  type FieldArrays,
  type ImageSource,
  linear,
  linearBackward,
  linearGradients,
  listing,
  NO_LABEL,
  recordLoss,
  TILE,
  z,
} from "../../src/index.ts";

const schema = z.strictObject({
  family: z.literal("two-matrices").describe("A classifier of images with one hidden layer."),
  width: z.int().positive().describe("Hidden units."),
});

type Config = z.infer<typeof schema>;
type Batch = BatchTensors<"pixels" | "classes">;

const features = ({ channels, height, width }: Pick<ImageSource, "channels" | "height" | "width">) =>
  channels * height * width;

export default defineFamily<Config, ImageSource>({
  name: "two-matrices",
  schema,
  reads: "images",
  dataUnit: "pictures",
  unitsPerExample: () => 1,
  leastData: () => ({ kind: "images", channels: 1, height: 4, width: 4, numClasses: 2 }),
  scaling: {
    keys: ["width"],
    width: "width",
    *candidates({ weights, weightsOf }) {
      const width = Math.max(1, Math.round(weights / weightsOf({ width: 1 })));
      yield { settings: { width }, strain: 0 };
    },
    describe: () => "a classifier with a hidden layer",
    remedy: "Choose another size.",
  },
  build({ width }, { data, batchSize, declare: declareParameter }) {
    const { parameters, declare } = listing(declareParameter);
    const numTiles = Math.ceil(batchSize / TILE);
    const options = { bias: true, role: "block", tokensPerExample: 1 } as const;
    const up = declareLinear(declare, "two-matrices.up", features(data), width, options);
    const down = declareLinear(declare, "two-matrices.down", width, data.numClasses, options);
    return {
      parameters,
      fields: {
        pixels: { elementType: "f32", shape: [numTiles, features(data), TILE] },
        classes: { elementType: "i32", shape: [numTiles, TILE] },
      },
      labelsPerBatch: batchSize,
      mixingPerExample: 0,
      record(tape, { fields, totals }: Batch, pass) {
        const x: Activations = { tensor: fields.pixels, features: features(data), numTiles };
        const hidden = linear(tape, up, x);
        const active = tape.activations("active", numTiles, width);
        tape.call("f32_gelu", numTiles, { x: hidden.tensor, y: active.tensor, features: width });
        const loss = { labels: fields.classes, totals, labelsPerBatch: batchSize };
        const dLogits = recordLoss(tape, linear(tape, down, active), loss, pass);
        if (dLogits === undefined) return;
        const dy = linearBackward(tape, down, active, dLogits);
        const dx = tape.activations("hidden gradient", numTiles, width);
        tape.call("f32_gelu_backward", numTiles, {
          x: hidden.tensor,
          dy: dy.tensor,
          dx: dx.tensor,
          features: width,
        });
        linearGradients(tape, up, x, dx);
      },
      reader(source: ImageSource) {
        const image = new Float32Array(features(source));
        return {
          unit: "pictures",
          remedy: "lower training.batchSize",
          count: (split) => source[split].size,
          fill(split, items, { pixels, classes }: FieldArrays<"pixels" | "classes">) {
            pixels.fill(0);
            classes.fill(NO_LABEL);
            for (const [slot, { index, augmentKey }] of items.entries()) {
              classes[slot] = source[split].readImage(index, augmentKey, image, 0);
              const lane = Math.floor(slot / TILE) * image.length * TILE + (slot % TILE);
              for (let i = 0; i < image.length; i++) pixels[lane + i * TILE] = image[i]!;
            }
          },
        };
      },
    };
  },
});
