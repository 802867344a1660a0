import type { Score } from "./score.ts";

/** |w|. */
export const magnitude: Score = {
  name: "magnitude",
  needsGradient: false,
  score: ({ values }, into) => into.set(values),
};
