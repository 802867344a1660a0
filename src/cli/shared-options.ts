/** Options that several commands have. */
import { type Flag, oneOf, text, toggle, withDefault } from "./flags.ts";

export const variant = (help: string): Flag<"strict" | "relaxed" | undefined> =>
  oneOf("<build>", help, ["strict", "relaxed"]);

export const turbo = toggle("let Node ≥ 24 fuse vector instructions: faster, experimental, the same bits");

export const weights = text("<run>", "the run whose pruned weights are shown, by id or name");

export const png = toggle("each figure as PNG, too");

export const lossUnit = withDefault(oneOf("<unit>", "of the tables' losses", ["nats", "bits"]), "nats");
