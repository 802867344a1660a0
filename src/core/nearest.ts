/** The word a misspelt one probably stands for. */

/**
 * The candidate nearest to `word`, or undefined where none is near enough to be meant: at most one edit for each three
 * letters. Case, `_` and `-` do not count, so that `d_model` finds `dModel`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, "");
  const allowed = Math.max(1, Math.floor(plain(word).length / 3));
  const ranked = candidates.map((candidate) => ({ candidate, edits: editDistance(plain(word), plain(candidate)) }));
  const best = ranked.reduce((a, b) => (b.edits < a.edits ? b : a), { candidate: "", edits: Number.POSITIVE_INFINITY });
  return best.edits <= allowed ? best.candidate : undefined;
}

/** Levenshtein: insertions, deletions and substitutions that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
