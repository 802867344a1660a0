/** What a learning-rate schedule is. */
import { z } from "zod";
import type { Choice, Option } from "../core/choice.ts";
import { partOf } from "../core/registry.ts";
import type { BrokenRelation } from "../core/schema.ts";

export type RateChoice = Choice<"kind">;

export interface Rate<C extends RateChoice = RateChoice> {
  readonly name: string;
  /** The `training.learningRate` section, `kind` included, every key with its range, default and meaning. */
  readonly schema: Option;
  /** The learning rate of step `step` (from 0) of `steps`. */
  rate(config: C, step: number, steps: number): number;
  /** The same schedule, `factor` times as high throughout. */
  scaled(config: C, factor: number): C;
  /** Relations between settings that do not hold, keys named within `training.learningRate`. */
  brokenRelations?(config: C, steps: number): Iterable<BrokenRelation>;
}

/** A schedule of one's own: its types are checked here, and `register` or a plugin makes it known. */
export function defineRate<C extends RateChoice>(rate: Rate<C>): Rate<C> {
  return partOf("rates", rate);
}

/** Settings of schedules that rise to a peak. */
export const warmupKeys = {
  peak: z.number().positive().describe("Largest learning rate."),
  warmupSteps: z.int().nonnegative().default(0).describe("Steps of linear warm-up from zero."),
};

interface Warmup {
  readonly peak: number;
  readonly warmupSteps: number;
}

/** Linear warm-up: step s of w takes (s + 1)/w of the peak. Undefined once it is over. */
export function warmingUp({ peak, warmupSteps }: Warmup, step: number): number | undefined {
  return step < warmupSteps ? (peak * (step + 1)) / warmupSteps : undefined;
}

export function withPeak<C extends Warmup>(config: C, factor: number): C {
  return { ...config, peak: config.peak * factor };
}

export function* brokenWarmup({ warmupSteps }: Warmup, steps: number): Generator<BrokenRelation> {
  if (warmupSteps > 0 && warmupSteps >= steps)
    yield ["warmupSteps", `below training.steps (${steps})`, warmupSteps, "Train longer or warm up less."];
}
