/**
 * Holds its caller until the word has come as far as `target`. It only grows, and wraps around.
 *
 * Returns how the caller waited: 0 not at all, 1 spinning, 2 asleep. Whoever takes the word to a value that somebody may wait for
 * notifies it.
 */
export function wait_until(word: usize, target: i32, spins: i32): i32 {
  if (atomic.load<i32>(word) - target >= 0) return 0;
  for (let i = 0; i < spins; i++) if (atomic.load<i32>(word) - target >= 0) return 1;
  while (true) {
    const seen = atomic.load<i32>(word);
    if (seen - target >= 0) return 2;
    atomic.wait<i32>(word, seen, -1);
  }
}
