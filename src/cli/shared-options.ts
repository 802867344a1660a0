/** Options that several commands have. */
import { either, type Flag, oneOf, otherwiseAs, text, toggle, withDefault } from "./flags.ts";

export const variant = (help: string): Flag<"strict" | "relaxed" | undefined> =>
  oneOf("<build>", help, ["strict", "relaxed"]);

export const turbo = either(
  "let V8 fuse vector instructions (Node ≥ 24): faster, the same bits",
  "do not",
  "on where a check finds no other bit",
);

export const weights = otherwiseAs(
  text("<run>", "the run whose pruned weights are shown, by id or name"),
  "the sparsest of the largest completed runs",
);

export const png = toggle(
  "each figure as PNG at twice its size, too: light on white, the same pixels on every machine",
);

/** Of `parseMapping`. */
export const mappingWording = { columns: "columns", expressions: "expr" } as const;

export const lossUnit = withDefault(oneOf("<unit>", "of the tables' losses", ["nats", "bits"]), "nats");
