/** Adam with decoupled weight decay. */
import { z } from "zod";
import { pow } from "../core/math.ts";
import { defineOptimizer, updateOperands } from "./optimizer.ts";
import { belowOne } from "./settings.ts";

export const adamwSchema = z.strictObject({
  kind: z.literal("adamw").describe("Chooses this section."),
  beta1: belowOne.default(0.9).describe("Decay of the first moment."),
  beta2: belowOne.default(0.95).describe("Decay of the second moment."),
  epsilon: z.number().positive().default(1e-8).describe("Added to the root of the second moment."),
  weightDecay: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe("Decoupled decay of weight matrices; not of norms, biases and positions."),
});

/** Source    Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2 */
export const adamw = defineOptimizer<z.infer<typeof adamwSchema>>({
  name: "adamw",
  schema: adamwSchema,
  planes: ["firstMoment", "secondMoment"],
  defaults: { learningRate: { kind: "cosine", peak: 1e-3 }, clipNorm: 1 },
  hyperParameters({ beta1, beta2 }, step, rate) {
    const t = step + 1;
    return [rate, 1 / (1 - pow(beta1, t)), 1 / (1 - pow(beta2, t)), 0];
  },
  recordUpdate(tape, { beta1, beta2, epsilon, weightDecay }, parameter, tensors) {
    tape.call("f32_adamw", parameter.stored, {
      ...updateOperands(parameter, tensors),
      m: parameter.plane("firstMoment"),
      v: parameter.plane("secondMoment"),
      beta1,
      beta2,
      epsilon,
      decay: parameter.spec.hasWeightDecay ? weightDecay : 0,
    });
  },
});
