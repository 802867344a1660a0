/** Gradual magnitude pruning's change, as most tests of pruning need it. */

import type { Parameter } from "../../src/memory/parameter.ts";
import { prune } from "../../src/sparsity/changes/prune.ts";
import type { PatternConfig } from "../../src/sparsity/patterns/index.ts";
import type { Pruner } from "../../src/sparsity/pruner.ts";
import { magnitude } from "../../src/sparsity/scores/magnitude.ts";

export function updateMask(
  pruner: Pruner,
  parameter: Parameter,
  { kept, pattern, toCsr }: { kept: number; pattern: PatternConfig; toCsr: boolean },
): void {
  const moment = { seed: 0, step: 0, denseGradient: undefined };
  const format = toCsr || parameter.format === "csr" ? "csr" : "dense";
  prune(pruner, parameter, { kept, pattern, score: magnitude, format }, moment);
}
