import { magnitudeKey } from "./magnitude";

/**
 * Marks the topK largest |scores|, ties to the lower index.
 *
 * A radix select finds the topK-th largest key digit by digit (11, 10 and 10 of its 31 bits); `rank` is its place among the
 * keys that share the digits found so far, and in the end the number of its equals to keep.
 */
export function u8_topk_magnitude(
  begin: i32, end: i32, scores: usize, count: i32, topK: i32, keep: usize, scratch: usize,
): void {
  if (begin == end) return;
  let threshold = 0;
  let rank = topK;
  for (let shift = 20; shift >= 0; shift -= 10) {
    const bits = shift == 20 ? 11 : 10;
    countDigits(scores, count, threshold, shift, bits, scratch);
    let digit = (1 << bits) - 1;
    for (; digit > 0; digit--) {
      const equals = load<i32>(scratch + ((<usize>digit) << 2));
      if (rank <= equals) break;
      rank -= equals;
    }
    threshold = (threshold << bits) | digit;
  }
  keepFrom(scores, count, threshold, rank, keep);
}

/** counts[d] = keys that begin with `prefix` and go on with digit d, the `bits` bits from `shift` up. */
function countDigits(scores: usize, count: i32, prefix: i32, shift: i32, bits: i32, counts: usize): void {
  memory.fill(counts, 0, (<usize>4) << bits);
  const digits = (1 << bits) - 1;
  for (const scoresEnd = scores + ((<usize>count) << 2); scores < scoresEnd; scores += 4) {
    const key = magnitudeKey(scores) >> shift;
    if (key >> bits != prefix) continue;
    const slot = counts + ((<usize>(key & digits)) << 2);
    store<i32>(slot, load<i32>(slot) + 1);
  }
}

/** Keeps every key above the threshold and the first `equals` keys at it; without branches, which nothing could predict. */
function keepFrom(scores: usize, count: i32, threshold: i32, equals: i32, keep: usize): void {
  for (const keepEnd = keep + <usize>count; keep < keepEnd; keep++, scores += 4) {
    const key = magnitudeKey(scores);
    const isKeptEqual = <i32>(key == threshold) & <i32>(equals > 0);
    equals -= isKeptEqual;
    store<u8>(keep, <i32>(key > threshold) | isKeptEqual);
  }
}
