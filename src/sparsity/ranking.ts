/** From a score to an array that top-k can rank: f32 of all weights, row-major, in either format. */
import { DivergenceError, StateError } from "../core/errors.ts";
import { RandomStream } from "../core/rng.ts";
import type { Parameter } from "../memory/parameter.ts";
import type { Moment } from "./moment.ts";
import { bytesAt, densePlane, floatsAt, type Pruner, stagingOf } from "./pruner.ts";
import { magnitude } from "./scores/magnitude.ts";
import type { Score, ScoredWeights } from "./scores/score.ts";

/** What the ranking is for: a key of its random numbers. */
type Purpose = "drop" | "growth";

/**
 * Address of the scores of the weights that `staging.mask` keeps, 0 elsewhere.
 *
 * By magnitude these are the weights themselves, without a copy and without a look at them: a NaN ranks first, so that it stays
 * and the next step's loss tells of it.
 */
export function rankKept(pruner: Pruner, parameter: Parameter, score: Score, moment: Moment): number {
  if (score === magnitude) return densePlane(pruner, parameter, "value");
  const scores = rankAll(pruner, parameter, score, moment, "drop");
  const mask = bytesAt(pruner, stagingOf(pruner, parameter).mask, parameter.size);
  keepWhere(mask, floatsAt(pruner, scores, parameter.size));
  return scores;
}

/**
 * Address of the scores of all weights.
 *
 * @throws {StateError} where a score needs a gradient that was not computed, or is no number
 * @throws {DivergenceError} where a score is no number because the weight or its gradient is not finite
 */
export function rankAll(pruner: Pruner, parameter: Parameter, score: Score, moment: Moment, purpose: Purpose): number {
  const { name, spec, size } = parameter;
  const { rows, cols } = spec;
  const staging = stagingOf(pruner, parameter);
  const into = floatsAt(pruner, staging.scores, size).fill(0);
  const weights: ScoredWeights = {
    rows,
    cols,
    values: floatsAt(pruner, densePlane(pruner, parameter, "value"), size),
    mask: bytesAt(pruner, staging.mask, size),
    get gradient() {
      return floatsAt(pruner, gradientAddress(pruner, parameter, score, moment), size);
    },
    random: new RandomStream(moment.seed, `${purpose} scores of ${name}`, moment.step),
  };
  score.score(weights, into);
  if (into.includes(Number.NaN)) throw notANumber(name, score, weights, into, moment);
  return staging.scores;
}

/** Zeroes the scores of weights outside the mask. */
export function keepWhere(mask: Uint8Array, scores: Float32Array): void {
  for (let i = 0; i < scores.length; i++) if (mask[i] === 0) scores[i] = 0;
}

function gradientAddress(pruner: Pruner, parameter: Parameter, score: Score, { denseGradient, step }: Moment): number {
  const { name, size } = parameter;
  if (denseGradient === undefined)
    throw new StateError(
      `${name}: denseGradient must be given for the score "${score.name}"; got undefined at step ${step}. ` +
        "A score that reads the gradient must have needsGradient: true.",
    );
  const { stagingBase } = pruner;
  const stagingEnd = stagingBase + stagingOf(pruner, parameter).bytes;
  if (denseGradient < stagingEnd && denseGradient + 4 * size > stagingBase)
    throw new StateError(
      `${name}: denseGradient must lie outside the staging area [${stagingBase}, ${stagingEnd}); got ${denseGradient}. Reserve it apart.`,
    );
  return denseGradient;
}

function notANumber(name: string, score: Score, weights: ScoredWeights, into: Float32Array, { step }: Moment): Error {
  const at = into.findIndex(Number.isNaN);
  const found = [weights.values[at]!, ...(score.needsGradient ? [weights.gradient[at]!] : [])];
  const place = `row ${Math.floor(at / weights.cols)}, column ${at % weights.cols}`;
  if (found.every(Number.isFinite))
    return new StateError(
      `${name}: the score "${score.name}" must be a number for every weight; got NaN at ${place}. Mend the score.`,
    );
  return new DivergenceError(
    `${name}: weights and gradients must be finite; got ${found.join(" and ")} at ${place}. Lower training.learningRate or warm up longer.`,
    step,
  );
}
