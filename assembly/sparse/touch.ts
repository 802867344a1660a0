import { FEATURE_BYTES } from "./format";

/**
 * Reads one word of every cache line of `features` rows of a tile in order, which the hardware prefetcher follows; the
 * product then meets them in L1 in its random order: up to 20 % faster from S = .875 on (measured, cold caches). Rows that
 * are used in order, as dY's, gain nothing.
 *
 * The result, a sum of unsigned words, is never negative. No compiler knows that, so a caller that tests it keeps the reads.
 */
export function touch(rows: usize, features: i32): i64 {
  let sum: i64 = 0;
  for (const end = rows + <usize>features * FEATURE_BYTES; rows < end; rows += FEATURE_BYTES) {
    sum += <i64>load<u32>(rows);
    sum += <i64>load<u32>(rows, 64);
  }
  return sum;
}
