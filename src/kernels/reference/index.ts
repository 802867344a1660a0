import type { KernelName } from "../registry.ts";
import { activationReferences } from "./activation.ts";
import { attentionReferences } from "./attention.ts";
import { denseReferences } from "./dense.ts";
import { elementaryReferences } from "./elementary.ts";
import { embeddingReferences } from "./embedding.ts";
import { fitReferences } from "./fit.ts";
import { lossReferences } from "./loss.ts";
import { normReferences } from "./norm.ts";
import { selectReferences } from "./select.ts";
import { sparseReferences } from "./sparse.ts";
import type { Reference } from "./types.ts";
import { updateReferences } from "./update.ts";

/** One f64 twin for each kernel of the registry. */
export const references: { readonly [K in KernelName]: Reference<K> } = {
  ...denseReferences,
  ...sparseReferences,
  ...selectReferences,
  ...attentionReferences,
  ...normReferences,
  ...activationReferences,
  ...lossReferences,
  ...elementaryReferences,
  ...embeddingReferences,
  ...updateReferences,
  ...fitReferences,
};
