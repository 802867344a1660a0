/** Sparse from the first step; every so often the smallest weights are dropped and as many others grown by chance (SET). */
import { defineMethod, type Score, z } from "../../src/index.ts";

const schema = z.strictObject({
  method: z.literal("random-regrow").describe("How weights are chosen: by chance, again and again."),
  interval: z.int().positive().default(10).describe("Steps between two exchanges."),
  share: z.number().gt(0).lt(1).default(0.3).describe("Share of the non-zeros that is exchanged."),
});

const chance: Score = {
  name: "chance",
  needsGradient: false,
  score({ random }, into) {
    for (let i = 0; i < into.length; i++) into[i] = random.uniform();
  },
};

export default defineMethod<z.infer<typeof schema>>({
  name: "random-regrow",
  schema,
  changes({ final, interval, share }, steps) {
    if (final === 0) return [];
    const numRegrows = Math.ceil(steps / interval) - 1;
    const regrows = Array.from({ length: numRegrows }, (_, i) => (i + 1) * interval);
    return [
      { kind: "prune", step: 0, progress: 1, score: chance },
      ...regrows.map((step) => ({ kind: "regrow", step, share, grow: chance }) as const),
    ];
  },
});
