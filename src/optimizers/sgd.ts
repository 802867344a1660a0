/** Gradient descent with heavy-ball momentum. */
import { z } from "zod";
import { defineOptimizer, updateOperands } from "./optimizer.ts";
import { belowOne } from "./settings.ts";

export const sgdSchema = z.strictObject({
  kind: z.literal("sgd").describe("Chooses this section."),
  momentum: belowOne.default(0.9).describe("Heavy-ball momentum."),
});

export const sgd = defineOptimizer<z.infer<typeof sgdSchema>>({
  name: "sgd",
  schema: sgdSchema,
  planes: ["momentum"],
  defaults: { learningRate: { kind: "cosine", peak: 1e-3 }, clipNorm: 1 },
  hyperParameters: (_, _step, rate) => [rate, 0, 0, 0],
  recordUpdate(tape, { momentum }, parameter, tensors) {
    const m = parameter.plane("momentum");
    tape.call("f32_sgd", parameter.stored, { ...updateOperands(parameter, tensors), m, momentum });
  },
});
