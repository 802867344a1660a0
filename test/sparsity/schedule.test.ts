import { describe, expect, test } from "vitest";
import { keptCount, uniformSparsity } from "../../src/methods/distribution.ts";
import { cubicRamp, meanDensity } from "../../src/methods/ramp.ts";

const ramp = (final: number, interval: number, start = 0.25, end = 0.75) =>
  ({ final, interval, start, end, pattern: { kind: "unstructured" }, switchDensity: "measured" }) as const;

describe("the cubic ramp", () => {
  test("ends on the target exactly, whatever the interval", () => {
    for (const interval of [1, 7, 100, 333, 10_000])
      for (const steps of [10, 999, 1000, 4096])
        expect(cubicRamp(ramp(0.875, interval), steps).at(-1)!.progress).toBe(1);
  });

  test("has its last update at the end of the ramp and none before its start", () => {
    const updates = cubicRamp(ramp(0.5, 100), 4000);
    expect(updates.at(-1)!.step).toBe(3000);
    expect(updates[0]!.step).toBe(1100);
    expect(updates.length).toBe(20);
  });

  test("follows 1 − (1−p)³ and never falls", () => {
    const updates = cubicRamp(ramp(0.5, 100), 4000);
    expect(updates[9]!.progress).toBeCloseTo(1 - 0.5 ** 3, 12);
    for (const [i, { progress }] of updates.entries()) expect(progress).toBeGreaterThan(updates[i - 1]?.progress ?? 0);
  });

  test("is empty for a dense run", () => {
    expect(cubicRamp(ramp(0, 100), 1000)).toEqual([]);
  });
});

test("the mean density of the 25/50/25 ramp is that of the paper: .25 + .5·(1 − .75·S) + .25·(1 − S)", () => {
  for (const sparsity of [0.5, 0.75, 0.875]) {
    const expected = 0.25 + 0.5 * (1 - 0.75 * sparsity) + 0.25 * (1 - sparsity);
    expect(meanDensity(cubicRamp(ramp(sparsity, 1), 100_000), sparsity, 100_000)).toBeCloseTo(expected, 4);
  }
});

test("edge matrices take 1 − √(1−S), plain vectors nothing, and every tensor keeps at least one weight", () => {
  expect(uniformSparsity({ role: "block" }, 0.75)).toBe(0.75);
  expect(uniformSparsity({ role: "edge" }, 0.75)).toBeCloseTo(0.5, 12);
  expect(uniformSparsity({ role: "plain" }, 0.75)).toBe(0);
  expect(keptCount(10, 0.75)).toBe(3);
  expect(keptCount(3, 0.999)).toBe(1);
});
