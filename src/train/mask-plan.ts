/** What a run's method means for each weight: how many it keeps after each mask change, and in which format. */
import { ConfigError } from "../core/errors.ts";
import type { RecordedConfig } from "../core/record.ts";
import type { Format, ParameterSpec } from "../memory/parameter.ts";
import { keptCount, uniformSparsity } from "../methods/distribution.ts";
import { methodOf } from "../methods/index.ts";
import { needsGradient, type PlannedChange } from "../methods/method.ts";
import type { MaskChange } from "../sparsity/changes/index.ts";
import { patternOf } from "../sparsity/patterns/index.ts";
import type { PatternChoice } from "../sparsity/patterns/pattern.ts";
import { magnitude } from "../sparsity/scores/magnitude.ts";

const UNSTRUCTURED: PatternChoice = { kind: "unstructured" };

export interface MaskPlan {
  /** In the order of their steps. */
  readonly updates: readonly PlannedChange[];
  /** Some change ranks by the gradients of all weights, pruned ones included. */
  readonly ranksByGradient: boolean;
  readonly of: (spec: ParameterSpec) => TensorPlan;
}

export interface TensorPlan {
  readonly finalSparsity: number;
  readonly pattern: PatternChoice;
  /** State after each change. */
  readonly stages: readonly Stage[];
  /** The most non-zeros that it ever has as CSR; undefined where it always stays dense. */
  readonly csrCapacity: number | undefined;
}

export interface Stage {
  readonly kept: number;
  readonly format: Format;
}

/**
 * @param switchDensity density at or below which a linear weight is stored as CSR
 * @throws {ConfigError} where the method would break the pattern; `of` throws a {ShapeError} where a weight cannot have it
 */
export function maskPlan(config: RecordedConfig, switchDensity: number): MaskPlan {
  const { training } = config;
  const method = methodOf(config.sparsity);
  const sparsity = { ...config.sparsity, method: method.name };
  const updates = method.changes(sparsity, training.steps);
  assertPatternLasts(updates, method.name, sparsity.pattern);
  return {
    updates,
    ranksByGradient: updates.some(needsGradient),
    of(spec) {
      const finalSparsity = method.sparsityOf?.(spec, sparsity) ?? uniformSparsity(spec, sparsity.final);
      const size = spec.rows * spec.cols;
      const pattern = spec.role === "block" ? sparsity.pattern : UNSTRUCTURED;
      if (finalSparsity > 0) patternOf(pattern).assertFits?.(pattern, spec);
      const canBeCsr = spec.isLinear && finalSparsity > 0;
      const stages = keptAfter(updates, size, finalSparsity).map((kept, i): Stage => {
        const isSparse = updates[i]!.kind !== "densify" && kept <= switchDensity * size;
        return { kept, format: canBeCsr && isSparse ? "csr" : "dense" };
      });
      const sparse = stages.filter(({ format }) => format === "csr").map(({ kept }) => kept);
      return {
        finalSparsity,
        pattern,
        stages,
        csrCapacity: sparse.length === 0 ? undefined : Math.max(...sparse),
      };
    },
  };
}

/** Growth takes weights wherever they score: it would break a pattern. */
function assertPatternLasts(updates: readonly PlannedChange[], method: string, pattern: PatternChoice): void {
  if (patternOf(pattern).lift === undefined || !updates.some(({ kind }) => kind === "regrow")) return;
  throw new ConfigError(
    `sparsity.pattern must be unstructured for the method ${method}, which grows weights; got ${pattern.kind}. Leave it out.`,
  );
}

/** Non-zeros of a tensor after each change. */
function keptAfter(updates: readonly PlannedChange[], size: number, finalSparsity: number): number[] {
  let kept = size;
  return updates.map((change) => {
    if (change.kind === "prune") kept = keptCount(size, finalSparsity * change.progress);
    if (change.kind === "densify") kept = size;
    return kept;
  });
}

/** What update `index` of a run is for one weight; undefined for a weight that is never pruned. */
export function changeOf(planned: PlannedChange, tensor: TensorPlan, index: number): MaskChange | undefined {
  const { finalSparsity, pattern, stages } = tensor;
  if (finalSparsity === 0) return undefined;
  const { kept, format } = stages[index]!;
  switch (planned.kind) {
    case "prune":
      return { kind: "prune", kept, pattern, score: planned.score ?? magnitude, format };
    case "regrow": {
      const exchanged = Math.round(planned.share * kept);
      const { drop: dropScore = magnitude, grow: growthScore } = planned;
      return { kind: "regrow", dropped: exchanged, grown: exchanged, dropScore, growthScore, pattern, format };
    }
    case "densify":
      return { kind: "densify" };
  }
}
