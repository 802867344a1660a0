/** Multipliers of the sparse law, whatever N: m(S), the dense size of the same loss, and the budgets that make S the best choice. */
import { ConfigError } from "../../core/errors.ts";
import { formatNumber, formatPercent } from "../../core/format.ts";
import { sparseParamsIn } from "../../fit/advice/index.ts";
import {
  budgetMultipleFor,
  denseEquivalentMultiplier,
  paperRamp,
  type Ramp,
  type SparseParams,
} from "../../fit/index.ts";
import { type Interval, intervalOf } from "../../fit/uncertainty/index.ts";
import type { NamedLaw } from "../laws.ts";
import { alignColumns, type Output } from "../output.ts";

/** A value of the law, with the 95 % interval of its refits. */
interface Estimate extends Partial<Interval> {
  readonly value: number;
}

interface Multiplier {
  /** 1 stands for the limit. */
  readonly sparsity: number;
  /** m(S): the dense size of the same loss, in units of N. */
  readonly denseEquivalent: Estimate;
  /** The budget that makes S optimal, in multiples of the dense compute-optimal one; null in the limit, which none does. */
  readonly budgetAtSparseCost: Estimate | null;
  readonly budgetAtDenseCost: Estimate | null;
}

/** @throws {ConfigError} for laws whose m(S) depends on N and D */
export function printMultipliers(
  law: NamedLaw,
  { sparsities, ramp = paperRamp }: { readonly sparsities: readonly number[]; readonly ramp: Ramp | undefined },
  output: Output,
): void {
  const multipliers = multipliersOf(law, sparsities, ramp);
  output.record({ type: "multipliers", multipliers });
  output.print(...describeMultipliers(multipliers));
}

function multipliersOf(law: NamedLaw, sparsities: readonly number[], ramp: Ramp): Multiplier[] {
  const params = sparseParamsIn(law);
  if (params === undefined)
    throw new ConfigError(
      `optimal: law must be sparse for --multiplier; got ${law.law.name}, whose m(S) is not one of S alone.`,
    );
  const refits = law.bootstrap?.params.map((refit) => sparseParamsIn({ ...law, params: refit })!);
  const estimate = (of: (params: SparseParams) => number): Estimate => ({
    value: of(params),
    ...(refits && intervalOf(refits.map(of))),
  });
  return [...sparsities, 1].map((sparsity) => ({
    sparsity,
    denseEquivalent: estimate((p) => denseEquivalentMultiplier(p, sparsity)),
    budgetAtSparseCost: sparsity === 1 ? null : estimate((p) => budgetMultipleFor(p, sparsity, "sparse", ramp)),
    budgetAtDenseCost: sparsity === 1 ? null : estimate((p) => budgetMultipleFor(p, sparsity, "dense")),
  }));
}

function describeMultipliers(multipliers: readonly Multiplier[]): string[] {
  const hasIntervals = multipliers[0]?.denseEquivalent.low !== undefined;
  const cells = (estimate: Estimate | null) => {
    if (estimate === null) return hasIntervals ? ["—", ""] : ["—"];
    const { value, low, high } = estimate;
    if (low === undefined || high === undefined) return [formatNumber(value)];
    return [formatNumber(value), `${formatNumber(low)} … ${formatNumber(high)}`];
  };
  const heads = ["m(S)", "C, sparse cost", "C, dense cost"];
  return [
    "m(S): dense size of the same loss in units of N. C: budget that makes S optimal, in multiples of the dense compute-optimal",
    ...alignColumns([
      ["S", ...heads.flatMap((head) => (hasIntervals ? [head, "95 %"] : [head]))],
      ...multipliers.map(({ sparsity, denseEquivalent, budgetAtSparseCost, budgetAtDenseCost }) => [
        sparsity === 1 ? "→ 1" : formatPercent(sparsity),
        ...[denseEquivalent, budgetAtSparseCost, budgetAtDenseCost].flatMap(cells),
      ]),
    ]),
  ];
}
