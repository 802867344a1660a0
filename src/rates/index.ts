/** Every learning-rate schedule by its name. */
import type { z } from "zod";
import { Registry } from "../core/registry.ts";
import { constant, type constantSchema } from "./constant.ts";
import { cosine, type cosineSchema } from "./cosine.ts";
import type { Rate, RateChoice } from "./rate.ts";
import { rsqrt, type rsqrtSchema } from "./rsqrt.ts";
import { wsd, type wsdSchema } from "./wsd.ts";

export const rates = new Registry<Rate>("learning-rate schedule", [constant, cosine, rsqrt, wsd]);

/** @throws {ConfigError} where no schedule has the name */
export function rateOf(config: RateChoice): Rate {
  return rates.get(config.kind, "training.learningRate.kind");
}

/** The schema of the `training.learningRate` section of each; a user's own may be added by declaration merging. */
export interface RateSchemas {
  constant: typeof constantSchema;
  cosine: typeof cosineSchema;
  rsqrt: typeof rsqrtSchema;
  wsd: typeof wsdSchema;
}

export type LearningRateConfig = z.output<RateSchemas[keyof RateSchemas]>;
export type LearningRateInput = z.input<RateSchemas[keyof RateSchemas]>;
