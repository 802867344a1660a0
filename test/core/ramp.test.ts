/** The cubic pruning ramp and its means. */
import { expect, test } from "vitest";
import { cubicShare, meanShare, paperRamp, rampMultiplier, sparsityShares } from "../../src/core/ramp.ts";
import { cubicRamp, meanDensity } from "../../src/methods/ramp.ts";

test("the ramp leaves nothing to prune at its end, and has pruned seven eighths halfway", () => {
  expect([0, 0.5, 1].map(cubicShare)).toEqual([0, 0.875, 1]);
});

test("training with the paper's ramp costs 1, 1.375, 2.125 and 3.625 times its non-zero weights at S = 0, .5, .75, .875", () => {
  expect([0, 0.5, 0.75, 0.875].map((sparsity) => rampMultiplier(sparsity))).toEqual([1, 1.375, 2.125, 3.625]);
});

test.each([
  paperRamp,
  { start: 0, end: 1 },
  { start: 0.25, end: 0.75, updates: 10 },
  { start: 0.5, end: 0.5, updates: 1 },
])("the mean of $start … $end, $updates updates, is that of its shares", (ramp) => {
  const shares = sparsityShares(1, ramp);
  expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  const mean = shares.reduce((sum, { share, sparsity }) => sum + share * sparsity, 0);
  expect(Math.abs(mean - meanShare(ramp))).toBeLessThan(ramp.updates === undefined ? 1e-4 : 1e-12);
});

test("a run's mask updates follow the ramp: their mean density is the ramp's", () => {
  const [steps, sparsity, interval] = [1000, 0.75, 50];
  const updates = cubicRamp({ ...paperRamp, final: sparsity, interval } as Parameters<typeof cubicRamp>[0], steps);
  const ramp = { ...paperRamp, updates: updates.length };
  expect(meanDensity(updates, sparsity, steps)).toBeCloseTo(1 - sparsity * meanShare(ramp), 12);
});
