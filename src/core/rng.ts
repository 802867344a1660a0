/**
 * Random numbers as a function of what they are for: (seed, purpose, index) and a counter. No state is kept between steps, so
 * a resumed run, another thread count or another engine draws the same ones.
 */
import { normalQuantile } from "./math.ts";

/**
 * Two random words of a key and a counter.
 *
 * Source  Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011), Threefry-2x32-20
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number, into: Uint32Array): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    const rotations = ROTATIONS[group & 1]!;
    for (let round = 0; round < 4; round++) {
      const by = rotations[round]!;
      x = (x + y) | 0;
      y = ((y << by) | (y >>> (32 - by))) ^ x;
    }
    // Key injection g adds words g and g + 1 of the cycle (key0, key1, key2), and g itself.
    const next = (group + 1) % 3;
    x = (x + (next === 0 ? key0 : next === 1 ? key1 : key2)) | 0;
    y = (y + (next === 0 ? key1 : next === 1 ? key2 : key0) + group + 1) | 0;
  }
  into[0] = x;
  into[1] = y;
}
const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/**
 * An endless row of random numbers: the same for the same (seed, purpose, index), independent for different ones.
 *
 *     const stream = new RandomStream(config.seed, "initial weights of block0.attention.query");
 *     for (const i of weights.keys()) weights[i] = 0.02 * stream.normal();
 */
export class RandomStream {
  readonly #key = new Uint32Array(2);
  readonly #words = new Uint32Array(2);
  #drawn = 0;

  /** @param index distinguishes streams of one purpose (a step, an example, a start), up to 2⁵³ */
  constructor(seed: number, purpose: string, index = 0) {
    threefry2x32(seed, hash32(purpose), index, Math.floor(index / 2 ** 32), this.#key);
  }

  /** An integer in [0, 2³²). */
  uint32(): number {
    const block = Math.floor(this.#drawn / 2);
    const word = this.#drawn++ % 2;
    if (word === 0) threefry2x32(this.#key[0]!, this.#key[1]!, block, Math.floor(block / 2 ** 32), this.#words);
    return this.#words[word]!;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 6) * 2 ** 27 + (this.uint32() >>> 5)) / 2 ** 53;
  }

  /** A standard normal number, of one 32-bit word: |z| ≤ 6.34. */
  normal(): number {
    return normalQuantile((this.uint32() + 0.5) / 2 ** 32);
  }

  /** An integer in [0, n), every one equally likely, for 1 ≤ n ≤ 2³². */
  integer(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }
}

const FEISTEL_ROUNDS = 8;

/**
 * Where `index` goes in a keyed permutation of [0, size): an order of any length that is never written down.
 *
 * Shapes  0 ≤ index < size ≤ 2⁵²; a bijection for each (seed, purpose, size)
 * Source  Black and Rogaway, "Ciphers with Arbitrary Finite Domains" (2002): a Feistel network on the next power of four,
 *         walked along its cycle until the value is in range (fewer than four steps on average)
 */
export function permuteIndex(seed: number, purpose: string, index: number, size: number): number {
  let half = 2;
  while (half * half < size) half *= 2;
  const words = new Uint32Array(2);
  threefry2x32(seed, hash32(purpose), half, 0xffffffff, words);
  const [key0, key1] = [words[0]!, words[1]!];
  let value = index;
  do {
    let left = Math.floor(value / half);
    let right = value % half;
    for (let round = 0; round < FEISTEL_ROUNDS; round++) {
      threefry2x32(key0, key1, right, round, words);
      const mixed = left ^ (words[0]! & (half - 1));
      left = right;
      right = mixed;
    }
    value = left * half + right;
  } while (value >= size);
  return value;
}

/** FNV-1a over UTF-16 code units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
