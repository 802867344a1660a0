/** Options that several commands have. */
import { type Flag, oneOf, otherwiseAs, text, toggle, withDefault } from "./flags.ts";

export const variant = (help: string): Flag<"strict" | "relaxed" | undefined> =>
  oneOf("<build>", help, ["strict", "relaxed"]);

export const turbo = toggle("let Node ≥ 24 fuse vector instructions: faster, experimental, the same bits");

export const weights = otherwiseAs(
  text("<run>", "the run whose pruned weights are shown, by id or name"),
  "the sparsest of the largest completed runs",
);

export const png = toggle(
  "each figure as PNG at twice its size, too: light on white, the same pixels on every machine",
);

export const lossUnit = withDefault(oneOf("<unit>", "of the tables' losses", ["nats", "bits"]), "nats");
