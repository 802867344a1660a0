import { expect, test } from "vitest";
import { cos, exp, log, normalQuantile, pow } from "../../src/core/math.ts";
import { RandomStream } from "../../src/core/rng.ts";

/** Distance in units of the last place of the expected value; the engine's own result may itself be one off. */
function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected)) return 0;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(expected));
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return Math.abs(actual - expected) / (view.getFloat64(0) - Math.abs(expected));
}

/** The input where f is furthest from the oracle, so that a failure says where. */
function worst(inputs: Iterable<number>, f: (x: number) => number, oracle: (x: number) => number) {
  let found = { x: NaN, ulps: 0 };
  for (const x of inputs) {
    const distance = ulps(f(x), oracle(x));
    if (!(distance <= found.ulps)) found = { x, ulps: distance };
  }
  return found;
}

function* spread(from: number, to: number, count = 20_000): Generator<number> {
  const stream = new RandomStream(1, "spread");
  for (let i = 0; i < count; i++) yield from + (to - from) * stream.uniform();
}

function* powersOfTen(count = 20_000): Generator<number> {
  for (const x of spread(-307, 308, count)) yield 10 ** x;
}

test("exp is within 2 ulp of the engine's over its whole range", () => {
  expect(worst(spread(-708, 709), exp, Math.exp).ulps).toBeLessThanOrEqual(2);
  expect(worst(spread(-1, 1), exp, Math.exp).ulps).toBeLessThanOrEqual(2);
  expect(worst(spread(-745, -708), exp, Math.exp).ulps).toBeLessThanOrEqual(2);
  expect([exp(0), exp(-Infinity), exp(Infinity), exp(-800), exp(710), exp(NaN)]).toEqual([
    1,
    0,
    Infinity,
    0,
    Infinity,
    NaN,
  ]);
});

test("log is within 2 ulp of the engine's over its whole range", () => {
  expect(worst(powersOfTen(), log, Math.log).ulps).toBeLessThanOrEqual(2);
  expect(worst(spread(0.5, 2), log, Math.log).ulps).toBeLessThanOrEqual(2);
  expect(worst([5e-324, 1e-310, 2 ** -1022, Number.MAX_VALUE], log, Math.log).ulps).toBeLessThanOrEqual(2);
  expect([log(1), log(0), log(-1), log(Infinity), log(NaN)]).toEqual([0, -Infinity, NaN, Infinity, NaN]);
});

test("pow is within 3 ulp of the engine's while the result is between e^-32 and e^32", () => {
  for (const y of [-0.8, -0.5, 0.5, 0.9, 2, 3])
    expect(
      worst(
        spread(1e-4, 1e4),
        (x) => pow(x, y),
        (x) => x ** y,
      ).ulps,
      `y = ${y}`,
    ).toBeLessThanOrEqual(3);
  for (const x of [2, 0.3, 1.0001])
    expect(
      worst(
        spread(-10, 10),
        (y) => pow(x, y),
        (y) => x ** y,
      ).ulps,
      `x = ${x}`,
    ).toBeLessThanOrEqual(3);
});

test("pow is within 16 ulp of 50-digit arithmetic at extreme results", () => {
  // Python's decimal with 50 digits.
  for (const [x, y, expected] of [
    [10, -0.8, 0.15848931924611134],
    [123456, -0.8, 8.448706797642609e-5],
    [1e-300, 0.7, 1.0000000000000308e-210],
    [1.0000001, 1e9, 2.6881038582144647e43],
    [1.5, 1000, 1.2338405969061735e176],
    [7e-320, 0.3, 1.792783974856739e-96],
  ] as const)
    expect(ulps(pow(x, y), expected), `${x}^${y}`).toBeLessThanOrEqual(16);
  expect([pow(3, 0), pow(0, 2), pow(0, -1), pow(2, 2000), pow(2, -2000), pow(-2, 2)]).toEqual([
    1,
    0,
    Infinity,
    Infinity,
    0,
    NaN,
  ]);
});

test("cos is within 2 ulp of the engine's up to 2^20", () => {
  expect(worst(spread(-10, 10), cos, Math.cos).ulps).toBeLessThanOrEqual(2);
  expect(worst(spread(-(2 ** 20), 2 ** 20), cos, Math.cos).ulps).toBeLessThanOrEqual(2);
  const nearZeros = Array.from({ length: 1000 }, (_, k) => (k + 0.5) * Math.PI);
  expect(worst(nearZeros, cos, Math.cos).ulps).toBeLessThanOrEqual(2);
  expect([cos(0), cos(Math.PI), cos(2 ** 21), cos(NaN)]).toEqual([1, -1, NaN, NaN]);
});

test("normalQuantile reproduces the inverse CDF of Python's statistics.NormalDist", () => {
  for (const [p, z] of [
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798405],
    [2 ** -33, -6.337957754553789],
    [1e-5, -4.2648907939228256],
    [0.02425, -1.9729610513118845],
    [0.074, -1.4466320671589785],
    [0.0750001, -1.4395307645017297],
    [0.3, -0.5244005127080407],
    [0.5, 0],
    [0.75, 0.6744897501960817],
    [0.975, 1.9599639845400536],
    [1 - 2 ** -33, 6.337957754553789],
  ] as const)
    expect(Math.abs(normalQuantile(p) - z), `p = ${p}`).toBeLessThanOrEqual(4e-16 * Math.abs(z));
  expect([normalQuantile(0), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, Infinity, NaN]);
});
