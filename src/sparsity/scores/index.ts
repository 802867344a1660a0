/** The built-in scores. */
import { gradient } from "./gradient.ts";
import { magnitude } from "./magnitude.ts";
import { random } from "./random.ts";
import { saliency } from "./saliency.ts";
import type { Score } from "./score.ts";

export const scores: readonly Score[] = [magnitude, random, gradient, saliency];
