/** Settings that several sources have. */
import { z } from "zod";

/** One path or several; always a list once parsed. */
export const paths = z
  .union([z.string(), z.array(z.string()).nonempty()])
  .transform((p) => (typeof p === "string" ? [p] : p));

export const validFraction = z.number().gt(0).lt(1).default(0.1);

export const sourceSeed = z
  .int()
  .nonnegative()
  .default(0)
  .describe("Key of the hidden source; `seed` only orders its samples.");
