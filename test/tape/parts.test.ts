import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/rng.ts";
import { cutPhase, type Divisible, mostParts, type Part } from "../../src/tape/parts.ts";

const chain = (extent: number, work: number, grain = 1): Divisible => ({ extent, grain, pass: 1, work, leastWork: 0 });
const workOf = ({ begin, end }: Part, { extent, work }: Divisible) => ((end - begin) / extent) * work;

function randomPhase(seed: number): Divisible[] {
  const stream = new RandomStream(seed, "phase");
  return Array.from({ length: 1 + stream.integer(12) }, () => {
    const extent = stream.integer(400);
    const pass = 2 ** stream.integer(3);
    return { ...chain(extent, 10 ** (3 * stream.uniform()), 1 + stream.integer(4)), leastWork: stream.uniform(), pass };
  });
}

/** When all have ended, of threads that need these times for a unit of work and take part after part. */
function makespan(parts: readonly Part[], chains: readonly Divisible[], slowness: readonly number[]): number {
  const free = slowness.map(() => 0);
  for (const part of parts) {
    const thread = free.indexOf(Math.min(...free));
    free[thread]! += workOf(part, chains[part.chain]!) * slowness[thread]!;
  }
  return Math.max(...free);
}

test("every unit of every chain is in one part, and parts begin at whole grains", () => {
  for (let seed = 0; seed < 200; seed++)
    for (const threads of [1, 2, 3, 8, 64]) {
      const chains = randomPhase(seed);
      const parts = cutPhase(chains, threads);
      for (const [i, { extent, grain }] of chains.entries()) {
        const own = parts.filter(({ chain }) => chain === i).sort((a, b) => a.begin - b.begin);
        const label = `seed ${seed}, ${threads} threads, chain ${i}`;
        expect(own[0]?.begin ?? 0, label).toBe(0);
        expect(own.at(-1)?.end ?? 0, label).toBe(extent);
        for (const [j, { begin, end }] of own.entries()) {
          expect(end, label).toBeGreaterThan(begin);
          expect(begin % grain, label).toBe(0);
          if (j > 0) expect(begin, label).toBe(own[j - 1]!.end);
        }
      }
      expect(parts.length).toBeLessThanOrEqual(mostParts(chains.length, threads));
    }
});

test("one thread is given every chain whole", () => {
  expect(cutPhase([chain(10, 5), chain(3, 9)], 1)).toEqual([
    { chain: 1, begin: 0, end: 3 },
    { chain: 0, begin: 0, end: 10 },
  ]);
});

test.each([
  ["equal threads", [1, 1], 1.01],
  ["one of two threads at half speed", [1, 2], 1.03],
  ["eight threads, two of them at half speed", [1, 1, 1, 1, 1, 1, 2, 2], 1.03],
  ["one thread at a quarter of the others' speed", [1, 1, 4], 1.06],
] as const)("%s end within %f of the ideal time", (_, slowness, bound) => {
  const chains = [chain(1024, 700), chain(4096, 200), chain(256, 90), ...Array.from({ length: 10 }, () => chain(4, 1))];
  const ideal = 1000 / slowness.reduce<number>((speed, s) => speed + 1 / s, 0);
  expect(makespan(cutPhase(chains, slowness.length), chains, slowness) / ideal).toBeLessThan(bound);
});

test("parts are not smaller than their chain allows, but for what is left at its end", () => {
  const small = { ...chain(1000, 1000), leastWork: 300 };
  expect(cutPhase([small], 4).map(({ begin, end }) => end - begin)).toEqual([300, 300, 400]);
});

test("large parts are whole passes, the last ones parts of a pass", () => {
  const sizes = cutPhase([{ ...chain(64, 1000), pass: 4 }], 2).map(({ begin, end }) => end - begin);
  expect(sizes).toEqual([16, 12, 8, 8, 4, 4, 4, 2, 2, 1, 1, 1, 1]);
});

test("a chain of unequal units is cut by their work", () => {
  const tail = { ...chain(100, 1000), shareBefore: (unit: number) => Math.max(0, (unit - 90) / 10) };
  const parts = cutPhase([tail], 2);
  expect(parts[0]).toEqual({ chain: 0, begin: 0, end: 93 });
  expect(parts.length).toBeGreaterThan(4);
});
