/** An optimizer: momentum whose rate falls with the root of the step. */
import { defineOptimizer, updateOperands, z } from "../../src/index.ts";

const schema = z.strictObject({
  kind: z.literal("fading-momentum").describe("Chooses this section."),
  momentum: z.number().min(0).lt(1).default(0.5).describe("Heavy-ball momentum."),
});

export default defineOptimizer<z.infer<typeof schema>>({
  name: "fading-momentum",
  schema,
  planes: ["velocity"],
  defaults: { learningRate: { kind: "constant", peak: 0.1 }, clipNorm: 1 },
  hyperParameters: (_, step, rate) => [rate / Math.sqrt(step + 1), 0, 0, 0],
  recordUpdate(tape, { momentum }, parameter, tensors) {
    const m = parameter.plane("velocity");
    tape.call("f32_sgd", parameter.stored, { ...updateOperands(parameter, tensors), m, momentum });
  },
});
