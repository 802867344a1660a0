import type { Reference } from "./types.ts";

/** Indices of `values` by falling magnitude, NaN first, equals in order. */
function byMagnitude(values: Float64Array): number[] {
  const magnitude = (i: number) => (Number.isNaN(values[i]) ? Number.POSITIVE_INFINITY : Math.abs(values[i]!));
  const isNaNAt = (i: number) => Number(Number.isNaN(values[i]));
  const compare = (i: number, j: number) =>
    isNaNAt(j) - isNaNAt(i) || Number(magnitude(j) > magnitude(i)) - Number(magnitude(i) > magnitude(j)) || i - j;
  return Array.from(values.keys()).sort(compare);
}

const u8_topk_magnitude: Reference<"u8_topk_magnitude"> = (_begin, _end, { scores, count, topK, keep }) => {
  keep.fill(0, 0, count);
  for (const i of byMagnitude(scores.subarray(0, count)).slice(0, topK)) keep[i] = 1;
};

const f32_nm_scores: Reference<"f32_nm_scores"> = (begin, end, { w, cols, n, m, scores }) => {
  for (let row = begin; row < end; row++)
    for (let first = row * cols; first < (row + 1) * cols; first += m) {
      const group = w.subarray(first, Math.min(first + m, (row + 1) * cols));
      for (const [place, i] of byMagnitude(group).entries()) scores[first + i] = scoreOf(group[i]!, place < n);
    }
};

/** The f32 whose bits are those of |w|, shifted right by one, with bit 30 set where lifted. */
function scoreOf(w: number, isLifted: boolean): number {
  const float = Float32Array.of(Math.abs(w));
  const bits = new Int32Array(float.buffer);
  bits[0] = (bits[0]! >> 1) | (isLifted ? 1 << 30 : 0);
  return float[0]!;
}

const f32_apply_mask: Reference<"f32_apply_mask"> = (begin, end, { mask, w }) => {
  for (let i = begin; i < end; i++) if (mask[i] === 0) w[i] = 0;
};

export const selectReferences = { u8_topk_magnitude, f32_nm_scores, f32_apply_mask };
