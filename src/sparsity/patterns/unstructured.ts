import { z } from "zod";
import { definePattern } from "./pattern.ts";

export const unstructuredSchema = z.strictObject({
  kind: z.literal("unstructured").describe("Chooses this section."),
});

/** Any weights of a matrix. */
export const unstructured = definePattern<z.infer<typeof unstructuredSchema>>({
  name: "unstructured",
  schema: unstructuredSchema,
});
