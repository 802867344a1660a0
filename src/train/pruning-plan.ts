/** What the run's schedule means for each weight: how many it keeps at each update, and when it becomes CSR. */
import type { PatternConfig, RunConfig } from "../core/config.ts";
import type { ParameterSpec } from "../memory/parameter.ts";
import { keptCount, uniformSparsity } from "../sparsity/distribution.ts";
import { cubicRamp, type MaskUpdate } from "../sparsity/schedule.ts";

export interface PruningPlan {
  readonly updates: readonly MaskUpdate[];
  readonly of: (spec: ParameterSpec) => ParameterPruning;
}

export interface ParameterPruning {
  readonly finalSparsity: number;
  readonly pattern: PatternConfig;
  /** Non-zeros after each update. */
  readonly kept: readonly number[];
  /** Index of the update that switches to CSR, or undefined where the weight stays dense. */
  readonly switchAt: number | undefined;
}

/** @param switchDensity density at or below which a linear weight is stored as CSR */
export function pruningPlan({ sparsity, training }: RunConfig, switchDensity: number): PruningPlan {
  const updates = cubicRamp(sparsity, training.steps);
  return {
    updates,
    of(spec) {
      const finalSparsity = uniformSparsity(spec, sparsity.final);
      const size = spec.rows * spec.cols;
      const kept = updates.map(({ progress }) => keptCount(size, finalSparsity * progress));
      const switchAt = kept.findIndex((count) => count <= switchDensity * size);
      return {
        finalSparsity,
        kept,
        pattern: spec.role === "block" ? sparsity.pattern : { kind: "unstructured" },
        switchAt: spec.isLinear && finalSparsity > 0 && switchAt >= 0 ? switchAt : undefined,
      };
    },
  };
}
