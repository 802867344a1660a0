import { expect, it } from "vitest";
import { quantile } from "../../src/fit/uncertainty/quantiles.ts";
import { bandOver, refitsOf } from "../../src/report/data/bands.ts";
import { formatTick, parameterScale } from "../../src/report/draw/parameter-scale.ts";
import { fitOf, plantedParams, withUncertainty } from "./fixture.ts";

it("quantiles are linear between order statistics, the ends included", () => {
  expect([0, 0.25, 0.5, 0.625, 1].map((share) => quantile([1, 2, 4, 8, 16], share))).toEqual([1, 2, 4, 6, 16]);
  expect(quantile([7], 0.3)).toBe(7);
  expect(quantile([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.9)).toBe(Number.POSITIVE_INFINITY);
});

it("a band holds 95 % of the refits, leaves out those without a value, and is none without refits", () => {
  const refits = Array.from({ length: 401 }, (_, i) => ({ x: i }));
  expect(bandOver(refits, ({ x }) => x!)).toEqual({ low: 10, high: 390 });
  expect(bandOver([...refits, { x: Number.NaN }], ({ x }) => x!)).toEqual({ low: 10, high: 390 });
  expect(bandOver([], () => 1)).toBeUndefined();
  expect(bandOver(refits, () => Number.NaN)).toBeUndefined();
});

it("a fit without a bootstrap has no refits, and of many a thousand are drawn", () => {
  const fit = fitOf(plantedParams, 36);
  expect(refitsOf(fit)).toEqual([]);
  expect(refitsOf(withUncertainty(fit, { refits: 1500 })).length).toBe(1000);
});

it("an axis of a parameter is logarithmic for positive values over orders of magnitude, up to where one is zero", () => {
  expect(parameterScale([0.01, 1], 200).type).toBe("log");
  expect(parameterScale([1, 2], 200).type).toBe("linear");
  expect(parameterScale([-1, 20], 200).type).toBe("linear");
  expect(parameterScale([1e-13, 1], 200).type).toBe("linear");
});

it.each([
  [0.01, 1],
  [1.04, 1.92],
  [2.2e8, 2.8e8],
  [1e-7, 3e-6],
  [-3, 5],
  [41.1, 41.2],
  [0.999, 2.001],
  [0.0099, 2.01],
])("labels from %f to %f stay inside an axis of 115 pixels and apart", (low, high) => {
  const { ticks, share, at } = parameterScale([low, high], 115);
  expect(ticks.length).toBeGreaterThan(0);
  for (const tick of ticks) {
    expect(share(tick)).toBeGreaterThanOrEqual(0);
    expect(share(tick)).toBeLessThanOrEqual(1);
    expect(Math.abs(at(share(tick)) / tick - 1) < 1e-9 || tick === 0).toBe(true);
  }
  /** Half of a label, by the average digit of the figures' font. */
  const half = (tick: number) => 3.2 * formatTick(tick).length;
  for (const [i, tick] of ticks.entries()) {
    const x = share(tick) * 115;
    expect(x - half(tick), `${tick} at the left`).toBeGreaterThan(-5);
    expect(x + half(tick), `${tick} at the right`).toBeLessThan(120);
    const next = ticks[i + 1];
    if (next !== undefined) expect(share(next) * 115 - half(next) - x - half(tick)).toBeGreaterThan(5);
  }
});
