/** How sparse a model should be: the sparsity that makes the most of a non-zero size and a training budget. */

import { ConfigError } from "../../core/errors.ts";
import { FLOPS_PER_WEIGHT } from "../../core/flops.ts";
import { exp, log, pow } from "../../core/math.ts";
import { paperRamp, type Ramp } from "../../core/ramp.ts";
import type { LawInputs, SparseParams } from "../laws/index.ts";
import { type Cost, costGrowth, costMultiplier, costOfTime, type TimeCost } from "./cost.ts";
import { chinchillaOptimalData, dataForLoss, leastLoss } from "./data.ts";
import { denseEquivalentSize } from "./dense-equivalent.ts";
import { type AnyLaw, fittedLaw, lossOf, sparseParamsIn, tellsSparsitiesApart } from "./law-with-params.ts";
import { crossing, lowestAlongDensity } from "./one-dimensional.ts";

export { chinchillaOptimalData } from "./data.ts";
export { denseEquivalentMultiplier } from "./dense-equivalent.ts";

/** A model to be trained, but for its sparsity and data. */
export interface SizeOptions {
  /** Any law that tells sparsities apart. */
  readonly law: AnyLaw;
  /** N. */
  readonly nonzeroParams: number;
  /** What training costs: FLOPs with or without the zeros, a multiplier of one's own, or measured times. */
  readonly cost?: Cost | TimeCost;
  /** The pruning schedule that the sparse cost, and N averaged over training, are computed of. */
  readonly schedule?: Ramp;
}

export interface OptimalOptions extends SizeOptions {
  /** C, training FLOPs; or else one of the next two. */
  readonly flops?: number;
  /** C in multiples of the dense compute-optimal 6·N·D*. */
  readonly chinchillaMultiple?: number;
  /** Time, where the cost is one of time. */
  readonly seconds?: number;
}

export interface OptimalSparsity {
  readonly type: "optimal";
  readonly sparsity: number;
  /** D, tokens or images that the budget pays for at this sparsity. */
  readonly data: number;
  /** L, nats. */
  readonly loss: number;
  /** Parameters of the dense model of the same loss for the same data. */
  readonly denseEquivalent: number;
  /** The budget; of one in time, the FLOPs of a dense model of N parameters in that time. */
  readonly flops: number;
  /** The budget in multiples of the dense compute-optimal one; 0 for a law that has none. */
  readonly multiple: number;
  /** The budget in time, where the cost is one of time. */
  readonly seconds?: number;
}

/**
 * The sparsity of lowest loss for a non-zero size and a budget.
 *
 *   S_opt(N, C) = argmin_S L(S, N, D),  D = C / (6·N·c_mul(S))
 *
 * Units    N parameters, C FLOPs, D in the law's own unit
 * Source   Frantar et al. 2023, arXiv 2309.08520, section 4
 *
 *     optimalSparsity({ law: presets["t5-c4"], nonzeroParams: 1e8, chinchillaMultiple: 2.4 }).sparsity; // 0.49…
 *
 * @throws {ConfigError} for a size or budget that is not positive, without exactly one budget, for a budget in time where the
 *   cost is none, and for a law that predicts the same loss at every sparsity
 */
export function optimalSparsity(options: OptimalOptions): OptimalSparsity {
  const model = modelOf(options);
  const flops = budgetOf(options, model);
  const sparse = sparseParamsIn(options.law);
  const sparsity =
    sparse !== undefined && options.cost === "dense"
      ? denseCostOptimum(sparse, options.nonzeroParams, flops)
      : lowestAlongDensity((s) => lossOf(options.law, model.inputs(s, flops / model.flopsPerDatum(s))));
  return described(options, model, sparsity, flops);
}

export interface LossTarget extends SizeOptions {
  /** L that is to be reached, nats. */
  readonly loss: number;
}

/**
 * The smallest budget with which N non-zero parameters reach a loss, and the sparsity and data that take it: the inverse of
 * `optimalSparsity`.
 *
 *   C(N, L) = min_S 6·N·c_mul(S)·D,  L(S, N, D) = L
 *
 * @throws {ConfigError} for a loss that N parameters do not reach at any sparsity with endless data
 */
export function budgetForLoss(options: LossTarget): OptimalSparsity {
  const { law, loss } = options;
  const model = modelOf(options);
  positive("loss", loss);
  const floorAt = (sparsity: number) => leastLoss(law, model.inputs(sparsity, 1));
  const floor = floorAt(lowestAlongDensity(floorAt));
  if (loss <= floor)
    throw new ConfigError(
      `optimal: \`loss\` must be above ${floor}, the least that ${options.nonzeroParams} non-zero parameters come near to by the ` +
        `${fittedLaw(law).law.name} law; got ${loss}. Aim higher, or take more parameters.`,
    );
  const sparsity = lowestAlongDensity((s) => {
    const data = dataForLoss(law, model.inputs(s, 1), loss);
    // Out of reach, the search is led to where the floor is lower.
    return Number.isFinite(data) ? model.flopsPerDatum(s) * data : OUT_OF_REACH * floorAt(s);
  });
  const data = dataForLoss(law, model.inputs(sparsity, 1), loss);
  return described(options, model, sparsity, model.flopsPerDatum(sparsity) * data);
}

const OUT_OF_REACH = 1e300;

interface Model {
  /** FLOPs of the budget for each token or image. */
  flopsPerDatum(sparsity: number): number;
  inputs(sparsity: number, data: number): LawInputs;
}

/** @throws {ConfigError} where the sparsity makes no difference, or N is not positive */
function modelOf({ law, nonzeroParams, cost = "sparse", schedule = paperRamp }: SizeOptions): Model {
  positive("nonzeroParams", nonzeroParams);
  const multiplierOf = typeof cost === "object" ? costOfTime(cost, nonzeroParams) : cost;
  const model: Model = {
    flopsPerDatum: (sparsity) => FLOPS_PER_WEIGHT * nonzeroParams * costMultiplier(sparsity, multiplierOf, schedule),
    inputs: (sparsity, data) => ({
      sparsity,
      nonzeroParams,
      data,
      meanParams: nonzeroParams * costMultiplier(sparsity, "sparse", schedule),
    }),
  };
  if (tellsSparsitiesApart(law)) return model;
  throw new ConfigError(
    `optimal: \`law\` must tell any two sparsities apart; got the ${fittedLaw(law).law.name} law. Fit with \`law\` sparse.`,
  );
}

function described(
  { law, nonzeroParams, cost }: SizeOptions,
  model: Model,
  sparsity: number,
  flops: number,
): OptimalSparsity {
  const inputs = model.inputs(sparsity, flops / model.flopsPerDatum(sparsity));
  return {
    type: "optimal",
    sparsity,
    data: inputs.data,
    loss: lossOf(law, inputs),
    denseEquivalent: denseEquivalentSize(law, inputs),
    flops,
    multiple: flops / (FLOPS_PER_WEIGHT * nonzeroParams * chinchillaOptimalData(law, nonzeroParams)),
    ...(typeof cost === "object" && { seconds: inputs.data * cost.secondsPerDatum(sparsity, nonzeroParams) }),
  };
}

/**
 * The budget, in multiples of the dense compute-optimal one, that makes S the optimal sparsity; the same for every N.
 *
 *   k = c_mul · [bN·(aS + cS) · (ln c_mul)′ / (aS·bS·(1−S)^(bS−1))]^(1/bD)
 *
 * Derived   from ∂L/∂S = 0 at D = k·D* / c_mul(S)
 */
export function budgetMultipleFor(law: SparseParams, sparsity: number, cost: Cost = "sparse", schedule?: Ramp): number {
  const { aS, bS, cS, bN, bD } = law;
  const gain = aS * bS * pow(1 - sparsity, bS - 1);
  const growth = costGrowth(sparsity, cost, schedule);
  return costMultiplier(sparsity, cost, schedule) * pow((bN * (aS + cS) * growth) / gain, 1 / bD);
}

/** The least optimal sparsity that counts as sparse, for laws whose optima are searched for. */
const LEAST_SPARSITY = 1e-3;

/**
 * The budget that makes S the optimal sparsity of N non-zero parameters, at S = 0 the largest that leaves them dense; Infinity
 * where no budget does.
 *
 * @returns C, training FLOPs; in closed form for the sparse law, by bisection for others
 * @throws {ConfigError} as `optimalSparsity`
 */
export function budgetForSparsity(options: SizeOptions & { readonly cost?: Cost }, sparsity: number): number {
  const { law, nonzeroParams, cost, schedule } = options;
  const sparse = sparseParamsIn(law);
  if (sparse !== undefined) {
    const denseOptimal = FLOPS_PER_WEIGHT * nonzeroParams * chinchillaOptimalData(law, nonzeroParams);
    return budgetMultipleFor(sparse, sparsity, cost, schedule) * denseOptimal;
  }
  const least = Math.max(sparsity, LEAST_SPARSITY);
  return crossing((flops) => least - optimalSparsity({ ...options, flops }).sparsity);
}

/** The one budget that is given, in FLOPs. */
function budgetOf({ law, nonzeroParams, cost, ...budgets }: OptimalOptions, { flopsPerDatum }: Model): number {
  const { flops, chinchillaMultiple, seconds } = budgets;
  const given = Object.entries({ flops, chinchillaMultiple, seconds }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    const got = given.length === 0 ? "none" : given.map(([name]) => `\`${name}\``).join(" and ");
    throw new ConfigError(
      `optimal: budget must be one of \`flops\`, \`chinchillaMultiple\` and \`seconds\`; got ${got}. Give one.`,
    );
  }
  for (const [name, value] of given) positive(name, value!);
  if (flops !== undefined) return flops;
  if (seconds === undefined)
    return chinchillaMultiple! * FLOPS_PER_WEIGHT * nonzeroParams * optimalDataOf(law, nonzeroParams);
  if (typeof cost === "object") return (seconds / cost.secondsPerDatum(0, nonzeroParams)) * flopsPerDatum(0);
  throw new ConfigError(
    `optimal: \`cost\` must be measured for a budget in seconds; got ${cost ?? "sparse"}. Measure it.`,
  );
}

/** D*, where the law has one. */
function optimalDataOf(law: AnyLaw, nonzeroParams: number): number {
  const data = chinchillaOptimalData(law, nonzeroParams);
  if (Number.isFinite(data)) return data;
  throw new ConfigError(
    `optimal: \`law\` must have a compute-optimal amount of data for \`chinchillaMultiple\`; got the ${fittedLaw(law).law.name} law, ` +
      `which has none for ${nonzeroParams} parameters. Give \`flops\`.`,
  );
}

function positive(name: string, value: number): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new ConfigError(`optimal: \`${name}\` must be a positive number; got ${value}.`);
}

/**
 * The optimum for kernels that do not skip zeros, D = C·(1−S)/6N, in closed form.
 *
 *   1 − S = exp[(ln(bD/(aS·bS)) + bD·ln aD + bN·ln N)/(bD+bS)] · (C/6N)^(−bD/(bD+bS)),  at most 1
 */
function denseCostOptimum({ aS, bS, bN, aD, bD }: SparseParams, nonzeroParams: number, flops: number): number {
  const constant = log(bD / (aS * bS)) + bD * log(aD) + bN * log(nonzeroParams);
  return Math.max(0, 1 - exp((constant - bD * log(flops / (FLOPS_PER_WEIGHT * nonzeroParams))) / (bD + bS)));
}
