import { expect, test } from "vitest";
import { wolfeStep } from "../../src/fit/solve/line-search.ts";
import { minimise, type Objective } from "../../src/fit/solve/minimise.ts";

/** (1 − x)² + 100·(y − x²)² + 1: a curved valley with its minimum 1 at (1, 1). */
const rosenbrock: Objective = (at, gradient) => {
  const [x, y] = [at[0]!, at[1]!];
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  gradient[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2 + 1;
};

const times =
  (factor: number, f: Objective): Objective =>
  (x, gradient) => {
    const value = factor * f(x, gradient);
    for (const [i, g] of gradient.entries()) gradient[i] = factor * g;
    return value;
  };

test("the curved valley is followed to its minimum within 1e-6", () => {
  const { x, value, isStationary, relativeGradient } = minimise(rosenbrock, [-1.2, 1]);
  expect(isStationary).toBe(true);
  expect(relativeGradient).toBeLessThanOrEqual(1e-7);
  expect(Math.hypot(x[0]! - 1, x[1]! - 1)).toBeLessThan(1e-6);
  expect(value).toBeCloseTo(1, 12);
});

test.each([-40, -20, 20, 40])("2^%i times the objective takes the same path, bit for bit", (exponent) => {
  const plain = minimise(rosenbrock, [-1.2, 1]);
  const scaled = minimise(times(2 ** exponent, rosenbrock), [-1.2, 1]);
  expect(scaled.x).toEqual(plain.x);
  expect(scaled.iterations).toBe(plain.iterations);
  expect(scaled.value).toBe(2 ** exponent * plain.value);
});

test("a sum of absolute values, smoothed only within 1e-6, is minimised", () => {
  const targets = [0.3, -1.7, 2.2];
  const kinked: Objective = (x, gradient) => {
    let sum = 1;
    for (const [i, target] of targets.entries()) {
      const size = Math.hypot(x[i]! - target, 1e-6);
      gradient[i] = (x[i]! - target) / size;
      sum += size;
    }
    return sum;
  };
  const { x, isStationary } = minimise(kinked, [0, 0, 0]);
  expect(isStationary).toBe(true);
  for (const [i, target] of targets.entries()) expect(x[i]!).toBeCloseTo(target, 9);
});

test("a search cut short, one that falls without end and one from an undefined point say that they did not converge", () => {
  const falling: Objective = (x, gradient) => {
    gradient[0] = -Math.exp(-x[0]!) * 1e-3;
    return Math.exp(-x[0]!) * 1e-3;
  };
  const undefinedAt: Objective = (_, gradient) => {
    gradient.fill(Number.NaN);
    return Number.POSITIVE_INFINITY;
  };
  expect(minimise(rosenbrock, [-1.2, 1], { maxIterations: 3 }).isStationary).toBe(false);
  expect(minimise(falling, [0], { maxIterations: 50 }).isStationary).toBe(false);
  expect(minimise(undefinedAt, [0]).isStationary).toBe(false);
});

test("an objective below the floor is converged, however steep its logarithm", () => {
  const bowl: Objective = (x, gradient) => {
    gradient[0] = 2 * x[0]!;
    return x[0]! ** 2;
  };
  const { value, isStationary } = minimise(bowl, [3], { floor: 1e-20 });
  expect(isStationary).toBe(true);
  expect(value).toBeLessThanOrEqual(1e-20);
});

test("a Wolfe step decreases enough and flattens enough; a line without a minimum has none", () => {
  const line = (step: number) => ({ step, value: (step - 7) ** 2, slope: 2 * (step - 7) });
  const found = wolfeStep(line, line(0))!;
  expect(found.value).toBeLessThanOrEqual(49 - 1e-4 * found.step * 14);
  expect(found.slope).toBeGreaterThanOrEqual(-0.9 * 14);
  expect(wolfeStep((step) => ({ step, value: -step, slope: -1 }), { step: 0, value: 0, slope: -1 })).toBeUndefined();
});
