import { magnitudeKey } from "./magnitude";

/** Above every halved key: set for the weights to be kept first. */
const LIFTED: i32 = 1 << 30;

/** Half the key of |w|, lifted for the n largest of every m consecutive columns of a row. */
export function f32_nm_scores(begin: i32, end: i32, w: usize, rows: i32, cols: i32, n: i32, m: i32, scores: usize): void {
  for (let row = begin; row < end; row++) {
    for (let column = 0; column < cols; column += m) {
      const first = (<usize>row * <usize>cols + <usize>column) << 2;
      scoreGroup(w + first, scores + first, min(m, cols - column), n);
    }
  }
}

/** The lift goes to those with fewer than n before them: larger ones anywhere, equal ones at lower columns. */
function scoreGroup(w: usize, scores: usize, size: i32, n: i32): void {
  for (let i = 0; i < size; i++) {
    const key = magnitudeKey(w + ((<usize>i) << 2));
    let before = 0;
    for (let j = 0; j < size; j++) {
      const other = magnitudeKey(w + ((<usize>j) << 2));
      before += <i32>(other > key || (other == key && j < i));
    }
    store<i32>(scores + ((<usize>i) << 2), (key >> 1) | (before < n ? LIFTED : 0));
  }
}
