import type { Score } from "./score.ts";

/** |∂L/∂w|: what RigL grows by. */
export const gradient: Score = {
  name: "gradient",
  needsGradient: true,
  score: ({ gradient }, into) => into.set(gradient),
};
