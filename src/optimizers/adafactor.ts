/** The Adafactor of the paper's T5 runs. */
import { z } from "zod";
import { pow } from "../core/math.ts";
import { chunksOf } from "./clipping.ts";
import { defineOptimizer } from "./optimizer.ts";

const positive = z.number().positive();

export const adafactorSchema = z.strictObject({
  kind: z.literal("adafactor").describe("Chooses this section."),
  decayExponent: positive.default(0.8).describe("β2(t) = 1 − t^−decayExponent."),
  clipThreshold: positive.default(1).describe("Updates are scaled down to this RMS, taken over the non-zero weights."),
  minParameterScale: positive
    .default(1e-3)
    .describe("Updates are multiplied by the RMS of the weights, at least this."),
  epsilon: positive.default(1e-30).describe("Added to the squared gradient."),
});

/**
 * Unfactored second moment with β2 = 1 − t^−0.8, the update clipped at RMS 1 and scaled by the parameter's RMS, both over the
 * non-zero weights only.
 *
 * Source    Shazeer & Stern 2018, without factoring and momentum; arXiv 2309.08520, section 3
 */
export const adafactor = defineOptimizer<z.infer<typeof adafactorSchema>>({
  name: "adafactor",
  schema: adafactorSchema,
  planes: ["secondMoment"],
  defaults: { learningRate: { kind: "rsqrt" }, clipNorm: null },
  hyperParameters: ({ decayExponent }, step, rate) => [rate, 1 - pow(step + 1, -decayExponent), 0, 0],
  recordUpdate(tape, { epsilon, minParameterScale, clipThreshold }, parameter, tensors) {
    const { value: w, grad, mask, stored, nonzeros, capacity } = parameter;
    const { clip: scale, hyper } = tensors;
    const chunks = chunksOf(stored);
    const partials = tape.transient(`${parameter.name} partial sums`, 2 * chunksOf(capacity), "f64");
    const step = tape.transient(`${parameter.name} step`, 1);
    const v = parameter.plane("secondMoment");
    tape.call("f32_adafactor_moment", chunks, { w, grad, v, mask, scale, hyper, epsilon, count: stored, partials });
    tape.call("f32_adafactor_step", 1, {
      partials,
      chunks,
      nonzeros,
      hyper,
      minScale: minParameterScale,
      clipThreshold,
      step,
    });
    tape.call("f32_adafactor_apply", stored, { w, update: grad, mask, step });
  },
});
