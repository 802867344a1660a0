/** How sparse a model should be: the sparsity that makes the most of a non-zero size and a training budget. */
import { ConfigError } from "../core/errors.ts";
import { type Cost, costGrowth, costMultiplier, type Ramp } from "./cost.ts";
import { type SparseParams, sparseLaw } from "./laws/sparse.ts";

export interface OptimalOptions {
  readonly law: SparseParams;
  /** N. */
  readonly nonzeroParams: number;
  /** C, training FLOPs; or else `chinchillaMultiple`. */
  readonly flops?: number;
  /** C in multiples of the dense compute-optimal 6·N·D*. */
  readonly chinchillaMultiple?: number;
  readonly cost?: Cost;
  /** The pruning schedule that the sparse cost is computed of. */
  readonly schedule?: Ramp;
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
  readonly flops: number;
  /** The budget in multiples of the dense compute-optimal one. */
  readonly multiple: number;
}

/** The scan for the valley: 16 points to a factor of ten of density, down to one weight in 10⁶. */
const SCAN_POINTS = 96;
const LOWEST_DENSITY = 1e-6;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

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
 * @throws {ConfigError} for a size or budget that is not positive, or without exactly one budget
 */
export function optimalSparsity(options: OptimalOptions): OptimalSparsity {
  const { law, nonzeroParams, cost = "sparse", schedule } = options;
  const flops = budgetOf(options);
  const dataAt = (sparsity: number) => flops / (6 * nonzeroParams * costMultiplier(sparsity, cost, schedule));
  const lossAt = (sparsity: number) => sparseLaw.predict(law, { sparsity, nonzeroParams, data: dataAt(sparsity) });
  const sparsity = cost === "dense" ? denseCostOptimum(law, nonzeroParams, flops) : lowestAlongDensity(lossAt);
  return {
    type: "optimal",
    sparsity,
    data: dataAt(sparsity),
    loss: lossAt(sparsity),
    denseEquivalent: nonzeroParams * denseEquivalentMultiplier(law, sparsity),
    flops,
    multiple: flops / (6 * nonzeroParams * chinchillaOptimalData(law, nonzeroParams)),
  };
}

/**
 * D*: the data with which a dense model of N parameters is compute-optimal.
 *
 *   D* = aD · [bN·(aS + cS)·N^−bN / bD]^(−1/bD)
 *
 * Derived   the minimum of L(0, N, C/6N) over N at constant C
 */
export function chinchillaOptimalData({ aS, cS, bN, aD, bD }: SparseParams, nonzeroParams: number): number {
  return aD * ((bN * (aS + cS) * nonzeroParams ** -bN) / bD) ** (-1 / bD);
}

/**
 * m(S): a model of sparsity S is worth a dense one with m(S) times its non-zero parameters. S = 1 gives the limit.
 *
 *   m(S) = [(aS + cS) / (aS·(1−S)^bS + cS)]^(1/bN)
 */
export function denseEquivalentMultiplier({ aS, bS, cS, bN }: SparseParams, sparsity: number): number {
  return ((aS + cS) / (aS * (1 - sparsity) ** bS + cS)) ** (1 / bN);
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
  const gain = aS * bS * (1 - sparsity) ** (bS - 1);
  const growth = costGrowth(sparsity, cost, schedule);
  return costMultiplier(sparsity, cost, schedule) * ((bN * (aS + cS) * growth) / gain) ** (1 / bD);
}

function budgetOf({ law, nonzeroParams, flops, chinchillaMultiple }: OptimalOptions): number {
  const positive = (name: string, value: number) => {
    if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
    throw new ConfigError(`optimal: ${name} must be a positive number; got ${value}.`);
  };
  positive("nonzeroParams", nonzeroParams);
  if (flops !== undefined && chinchillaMultiple === undefined) return positive("flops", flops);
  if (flops === undefined && chinchillaMultiple !== undefined)
    return (
      positive("chinchillaMultiple", chinchillaMultiple) * 6 * nonzeroParams * chinchillaOptimalData(law, nonzeroParams)
    );
  const got = flops === undefined ? "neither" : "both";
  throw new ConfigError(`optimal: budget must be either flops or chinchillaMultiple; got ${got}. Give one.`);
}

/**
 * The optimum for kernels that do not skip zeros, D = C·(1−S)/6N, in closed form.
 *
 *   1 − S = exp[(ln(bD/(aS·bS)) + bD·ln aD + bN·ln N)/(bD+bS)] · (C/6N)^(−bD/(bD+bS)),  at most 1
 */
function denseCostOptimum({ aS, bS, bN, aD, bD }: SparseParams, nonzeroParams: number, flops: number): number {
  const constant = Math.log(bD / (aS * bS)) + bD * Math.log(aD) + bN * Math.log(nonzeroParams);
  return Math.max(0, 1 - Math.exp((constant - bD * Math.log(flops / (6 * nonzeroParams))) / (bD + bS)));
}

/** The S of the lowest loss: a scan in ln(1−S) for the right valley, then golden section within it. */
function lowestAlongDensity(lossAt: (sparsity: number) => number): number {
  const at = (point: number) => lossAt(sparsityAt(point));
  let lowest = 0;
  for (let point = 1; point <= SCAN_POINTS; point++) if (at(point) < at(lowest)) lowest = point;
  const valley = goldenSection(at, Math.max(0, lowest - 1), Math.min(SCAN_POINTS, lowest + 1));
  return sparsityAt(at(valley) < at(lowest) ? valley : lowest);
}

/** Point 0 is dense; equal steps are equal factors of the density. */
function sparsityAt(point: number): number {
  return 1 - LOWEST_DENSITY ** (point / SCAN_POINTS);
}

/** The minimum of a function with one valley between low and high, to the √ε that its values allow. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
  let [fLeft, fRight] = [f(left), f(right)];
  while (b - a > 1e-9) {
    if (fLeft <= fRight) {
      [b, right, fRight] = [right, left, fLeft];
      left = b - GOLDEN * (b - a);
      fLeft = f(left);
    } else {
      [a, left, fLeft] = [left, right, fRight];
      right = a + GOLDEN * (b - a);
      fRight = f(right);
    }
  }
  return (a + b) / 2;
}
