/** Where pruning left weights, and how large they are: a summary of a checkpoint, as plain data. */
import type { Checkpoint, NamedArray } from "../../store/store.ts";

/** Bins of |w|: eight to a factor of ten, from 10⁻⁶ to 10². */
export const WEIGHT_BINS = { perDecade: 8, lowest: -6, highest: 2 } as const;
const NUM_BINS = WEIGHT_BINS.perDecade * (WEIGHT_BINS.highest - WEIGHT_BINS.lowest);

export interface WeightSummary {
  readonly name: string;
  /** (out, in). */
  readonly shape: readonly number[];
  /** Share of the weights that the mask keeps. */
  readonly density: number;
  /** Kept weights that are not zero by |w| in bins of `WEIGHT_BINS`; smaller and larger ones count in the outermost. */
  readonly counts: readonly number[];
}

/** The pruned tensors of one run. */
export interface RunWeights {
  readonly label: string;
  readonly step: number;
  /** The run's sparsity as asked for. */
  readonly level: number;
  readonly tensors: readonly WeightSummary[];
}

/** Block 10 after block 9. */
const { compare } = new Intl.Collator("en", { numeric: true });

/** One summary for each tensor with a mask, in the order of their names; a dense run has none. */
export function summariseWeights({ tensors }: Checkpoint): WeightSummary[] {
  return [...tensors]
    .flatMap(([name, tensor]) => {
      const mask = tensors.get(`training.mask.${name}`);
      return mask === undefined ? [] : [summaryOf(name, tensor, mask)];
    })
    .sort((a, b) => compare(a.name, b.name));
}

function summaryOf(name: string, { shape, data }: NamedArray, mask: NamedArray): WeightSummary {
  const counts = new Array<number>(NUM_BINS).fill(0);
  let kept = 0;
  for (let i = 0; i < data.length; i++) {
    if (mask.data[i] === 0) continue;
    kept++;
    if (data[i] !== 0) counts[binOf(Math.abs(data[i]!))]!++;
  }
  return { name, shape, density: kept / data.length, counts };
}

function binOf(size: number): number {
  const bin = Math.floor((Math.log10(size) - WEIGHT_BINS.lowest) * WEIGHT_BINS.perDecade);
  return Math.min(Math.max(bin, 0), NUM_BINS - 1);
}

/** The size |w| at which a bin begins. */
export const binStart = (bin: number): number => 10 ** (WEIGHT_BINS.lowest + bin / WEIGHT_BINS.perDecade);
