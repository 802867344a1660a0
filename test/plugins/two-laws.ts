/** Two laws: one as a formula, which any thread can read, one as a function. */
import { defineLaw } from "../../src/index.ts";

export const twoPowers = defineLaw({ name: "two-powers", formula: "L = E + A/N^alpha + B/D^beta" });

export const floor = defineLaw({
  name: "floor",
  formula: "L = max(E, A·N^−α)",
  inputs: ["nonzeroParams"],
  parameters: { E: "coefficient", A: "coefficient", alpha: "exponent" },
  predict: ({ E, A, alpha }, { nonzeroParams }) => Math.max(E, A * nonzeroParams ** -alpha),
});
