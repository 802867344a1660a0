/** How long a model of some size and sparsity trains on a measured machine. */
import { exp, log } from "../core/math.ts";
import { paperRamp, type Ramp, sparsityShares } from "../core/ramp.ts";
import type { TimeCost } from "../fit/advice/index.ts";
import { type Calibration, productNsPerToken } from "./calibration.ts";

export interface TimedTraining {
  /** Blocks of the transformer; its width follows from N and S. */
  readonly numLayers: number;
  /** Threads that share the work, each with the speed of one alone. */
  readonly threads?: number;
  /** Tokens that one unit of D puts through the blocks: 1 where D counts tokens, patches of an image where it counts images. */
  readonly tokensPerDatum?: number;
  readonly schedule?: Ramp;
}

/** Weights of a block in units of dModel²: 4 of attention, 4 + 4 of the MLP. */
const BLOCK_SQUARES = 12;

/** Width of the transformer that keeps N weights in its blocks: √(N / ((1−S)·12·layers)), not rounded to whole heads. */
export function widthOf(nonzeroParams: number, sparsity: number, numLayers: number): number {
  return Math.sqrt(nonzeroParams / ((1 - sparsity) * BLOCK_SQUARES * numLayers));
}

/**
 * Training time from a calibration.
 *
 *   t(S, N) = layers · Σ over the schedule of share · [4·t(d, d, ρ) + t(d, 4d, ρ) + t(4d, d, ρ)],  d = √(N / ((1−S)·12·layers))
 *
 * with t the three products of a linear layer at density ρ of the moment, in the faster format. Attention scores, norms,
 * embedding, head, optimizer and mask updates are left out; the threads are taken to scale ideally.
 *
 * Units     seconds for each unit of D
 * Accuracy  tabulated for each N at 64 densities a decade: within 10⁻³ of the sum
 * @throws {RangeError} where the calibration holds no products
 */
export function trainingTime(calibration: Calibration, training: TimedTraining): TimeCost {
  const tables = new Map<number, Float64Array>();
  return {
    secondsPerDatum(sparsity, nonzeroParams) {
      const table = tables.get(nonzeroParams) ?? tabulate(calibration, training, nonzeroParams);
      tables.set(nonzeroParams, table);
      return exp(between(table, log(1 - sparsity) / LOG_STEP));
    },
  };
}

const TABLE_POINTS = 385;
/** From dense down to a density of 10⁻⁶. */
const LOG_STEP = log(1e-6) / (TABLE_POINTS - 1);

/** Logarithms of the times at equal steps of the logarithm of density. */
function tabulate(calibration: Calibration, training: TimedTraining, nonzeroParams: number): Float64Array {
  return Float64Array.from({ length: TABLE_POINTS }, (_, i) =>
    log(secondsOf(calibration, training, 1 - exp(i * LOG_STEP), nonzeroParams)),
  );
}

/** Straight between the points, and on beyond the last. */
function between(table: Float64Array, place: number): number {
  const i = Math.min(Math.floor(place), table.length - 2);
  return table[i]! + (place - i) * (table[i + 1]! - table[i]!);
}

function secondsOf(
  calibration: Calibration,
  { numLayers, threads = 1, tokensPerDatum = 1, schedule = paperRamp }: TimedTraining,
  sparsity: number,
  nonzeroParams: number,
): number {
  const d = widthOf(nonzeroParams, sparsity, numLayers);
  const productNs = (inFeatures: number, outFeatures: number, density: number) =>
    productNsPerToken(calibration, { inFeatures, outFeatures }, density);
  const blockNs = (density: number) =>
    4 * productNs(d, d, density) + productNs(d, 4 * d, density) + productNs(4 * d, d, density);
  const shares = sparsityShares(sparsity, schedule).filter(({ share }) => share > 0);
  const meanNs = shares.reduce((sum, { share, sparsity: now }) => sum + share * blockNs(1 - now), 0);
  return (1e-9 * numLayers * tokensPerDatum * meanNs) / threads;
}
