export type { PatternSchemas } from "./patterns/index.ts";
export { definePattern, type Pattern } from "./patterns/pattern.ts";
export { gradient } from "./scores/gradient.ts";
export { magnitude } from "./scores/magnitude.ts";
export { random } from "./scores/random.ts";
export { saliency } from "./scores/saliency.ts";
export type { Score, ScoredWeights } from "./scores/score.ts";
