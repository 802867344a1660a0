import { describe, expect, test } from "vitest";
import { permuteIndex, RandomStream, threefry2x32 } from "../../src/core/rng.ts";

describe("threefry2x32", () => {
  // kat_vectors of Random123 (threefry2x32, 20 rounds): counter, key, result.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)("maps counter %j under key %j to the authors' words", (counter, key, result) => {
    const words = new Uint32Array(2);
    threefry2x32(key[0], key[1], counter[0], counter[1], words);
    expect([...words]).toEqual(result);
  });
});

const draw = (stream: RandomStream, count: number) => Array.from({ length: count }, () => stream.uint32());
const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("RandomStream", () => {
  test("repeats itself for the same key and differs for another seed, purpose or index", () => {
    const numbers = draw(new RandomStream(7, "weights", 3), 9);
    expect(draw(new RandomStream(7, "weights", 3), 9)).toEqual(numbers);
    const others = [
      new RandomStream(8, "weights", 3),
      new RandomStream(7, "weight", 3),
      new RandomStream(7, "weights", 4),
      new RandomStream(7, "weights", 3 + 2 ** 32),
    ];
    for (const other of others) expect(draw(other, 9).filter((x) => numbers.includes(x))).toEqual([]);
  });

  test("uniform numbers lie in [0, 1) and fill ten bins evenly", () => {
    const stream = new RandomStream(1, "uniform");
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) bins[Math.floor(stream.uniform() * 10)]!++;
    expect(bins).toHaveLength(10);
    const chiSquare = bins.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    expect(chiSquare, "χ² with 9 degrees of freedom").toBeLessThan(27.9); // p = .001
  });

  test("normal numbers have the moments of a normal", () => {
    const stream = new RandomStream(1, "normal");
    const z = Array.from({ length: 40_000 }, () => stream.normal());
    expect(Math.abs(mean(z))).toBeLessThan(4 / Math.sqrt(z.length));
    expect(Math.abs(mean(z.map((x) => x * x)) - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(z.length));
    expect(Math.abs(mean(z.map((x) => x ** 4)) - 3)).toBeLessThan((4 * Math.sqrt(96)) / Math.sqrt(z.length));
  });

  test("integers are even over a range that does not divide 2^32", () => {
    const stream = new RandomStream(1, "integer");
    const n = 3 * 2 ** 30; // a plain remainder would hit the first third twice as often
    const values = Array.from({ length: 9000 }, () => stream.integer(n));
    expect(values.every((x) => Number.isInteger(x) && x >= 0 && x < n)).toBe(true);
    expect(Math.abs(values.filter((x) => x < n / 3).length - 3000)).toBeLessThan(4 * Math.sqrt(2000));
  });
});

describe("permuteIndex", () => {
  test.each([1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097])("is a bijection of [0, %i)", (size) => {
    const images = Array.from({ length: size }, (_, i) => permuteIndex(5, "order", i, size));
    expect(images.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
  });

  test("takes all six orders of three, about equally often", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = [0, 1, 2].map((i) => permuteIndex(seed, "order", i, 3)).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const [order, count] of counts) expect(Math.abs(count - 1000), order).toBeLessThan(200);
  });

  test("leaves no trace of the order it permutes", () => {
    const size = 1001;
    const images = Array.from({ length: size }, (_, i) => permuteIndex(2, "order", i, size));
    const centre = (size - 1) / 2;
    const correlation = mean(images.map((x, i) => ((x - centre) * (i - centre)) / ((size * size - 1) / 12)));
    const neighbours = images.filter((x, i) => Math.abs(x - images[(i + 1) % size]!) === 1).length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(size));
    expect(neighbours).toBeLessThan(10);
  });

  test("stays in range beyond 2^32", () => {
    const size = 2 ** 45 + 7;
    for (let i = 0; i < 50; i++) {
      const image = permuteIndex(1, "order", size - 1 - i, size);
      expect(Number.isInteger(image) && image >= 0 && image < size).toBe(true);
    }
  });
});
