/** Every optimizer by its name. */
import type { z } from "zod";
import { Registry } from "../core/registry.ts";
import { adafactor, type adafactorSchema } from "./adafactor.ts";
import { adamw, type adamwSchema } from "./adamw.ts";
import type { Optimizer, OptimizerChoice } from "./optimizer.ts";
import { sgd, type sgdSchema } from "./sgd.ts";

export const optimizers = new Registry<Optimizer>("optimizer", [adamw, adafactor, sgd]);

/** @throws {ConfigError} where no optimizer has the name */
export function optimizerOf(config: OptimizerChoice): Optimizer {
  return optimizers.get(config.kind, "training.optimizer.kind");
}

/** The schema of the `training.optimizer` section of each; a user's own may be added by declaration merging. */
export interface OptimizerSchemas {
  adamw: typeof adamwSchema;
  adafactor: typeof adafactorSchema;
  sgd: typeof sgdSchema;
}

export type OptimizerConfig = z.output<OptimizerSchemas[keyof OptimizerSchemas]>;
export type OptimizerInput = z.input<OptimizerSchemas[keyof OptimizerSchemas]>;
