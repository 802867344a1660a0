import { z } from "zod";
import { ShapeError } from "../../core/errors.ts";
import { definePattern } from "./pattern.ts";

export const nmSchema = z.strictObject({
  kind: z.literal("nm").describe("Chooses this section."),
  n: z
    .int()
    .positive()
    .describe("Weights kept of `m` consecutive ones along the input dimension. `final` must be 1 − n/m."),
  m: z.int().min(2).describe("Length of a group."),
});

/**
 * n kept of m consecutive weights along the input dimension. The n largest of every m come before all others, so that the mask
 * is n:m once size·n/m weights are kept, and until then only weights outside of the pattern go.
 *
 * Source    gradual n:m: arXiv 2309.08520, section 5
 */
export const nm = definePattern<z.infer<typeof nmSchema>>({
  name: "nm",
  schema: nmSchema,
  *brokenRelations({ n, m }, final) {
    if (n >= m) yield ["pattern.n", `below m (${m})`, n, "n is the number kept of m."];
    else if (Math.abs(final - (1 - n / m)) > 1e-12)
      yield ["final", `1 − n/m = ${1 - n / m} for the ${n}:${m} pattern`, final, "Change one of the two."];
  },
  assertFits({ n, m }, { name, cols }) {
    if (cols % m !== 0)
      throw new ShapeError(
        `${name}: sparsity.pattern.m must divide the weight's ${cols} inputs for the ${n}:${m} pattern; got ${m}. ` +
          "Choose another m, or widths that are multiples of it.",
      );
  },
  lift(kernels, { n, m }, { rows, cols, scores, into }) {
    kernels.f32_nm_scores(0, rows, scores, rows, cols, n, m, into);
  },
});
