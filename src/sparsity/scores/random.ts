import type { Score } from "./score.ts";

/** A random integer below 2²⁴, which f32 holds exactly: every weight is as likely as any other. */
export const random: Score = {
  name: "random",
  needsGradient: false,
  score({ random }, into) {
    for (let i = 0; i < into.length; i++) into[i] = random.uint32() >>> 8;
  },
};
