/** A source: images whose class is the direction of their stripes. */
import { defineSource, type ImageSource, type ImageSplit, z } from "../../src/index.ts";

const schema = z.strictObject({
  kind: z.literal("stripes").describe("Chooses this section."),
  side: z.int().min(2).default(4).describe("Height and width in pixels."),
});

export default defineSource<z.infer<typeof schema>, ImageSource>({
  name: "stripes",
  schema,
  yields: "images",
  load({ side }) {
    const split = (size: number): ImageSplit => ({
      size,
      readImage(index, _augmentKey, into, offset) {
        const [isUpright, phase] = [index % 2, Math.floor(index / 2) % 2];
        for (let i = 0; i < side * side; i++)
          into[offset + i] = ((isUpright ? i : Math.floor(i / side)) + phase) % 2 === 0 ? 1 : -1;
        return isUpright;
      },
    });
    const [train, valid] = [split(Number.POSITIVE_INFINITY), split(16)];
    return {
      kind: "images",
      channels: 1,
      height: side,
      width: side,
      numClasses: 2,
      train,
      valid,
      fingerprint: "stripes",
    };
  },
});
