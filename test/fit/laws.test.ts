import { describe, expect, test } from "vitest";
import { type Law, sparseLaw } from "../../src/fit/index.ts";
import { naturalUnits, toLogInputs, toTheta } from "../../src/fit/laws/law.ts";
import { RESIDUALS } from "../../src/fit/solve/choices.ts";
import { fitObjective, huber, huberSlope } from "../../src/fit/solve/objective.ts";
import { builtInLaws, randomPoint } from "./built-in-laws.ts";
import { grid, plant, relativeError } from "./planted.ts";

/** Central differences of f64 with this step are good to about 1e-9. */
const STEP = 1e-5;
const units = naturalUnits(grid);

describe.each(builtInLaws)("the $name law", (law) => {
  test.each([1, 2, 3])("∂L/∂coordinate equals central differences within 1e-8 of its size (seed %i)", (seed) => {
    const point = randomPoint(law, seed);
    const gradient = new Float64Array(point.length);
    for (const row of grid) {
      const inputs = toLogInputs(row, units);
      law.evaluate(point, inputs, gradient);
      const analytic = [...gradient];
      for (const [i, value] of point.entries()) {
        const at = (shift: number) => law.evaluate(point.with(i, value + shift), inputs, gradient);
        const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
        const error = Math.abs(analytic[i]! - slope);
        expect(error, law.coordinates[i]!.name).toBeLessThan(1e-8 * Math.max(1, Math.abs(slope)));
      }
    }
  });

  test("both forms predict the same loss, and unpublish is the inverse of publish", () => {
    const point = randomPoint(law, 4);
    const params = law.publish(point, units);
    for (const row of grid) {
      const evaluated = law.evaluate(point, toLogInputs(row, units), new Float64Array(point.length));
      expect(relativeError(law.predict(params, row), evaluated)).toBeLessThan(1e-12);
    }
    for (const [i, value] of law.unpublish(params, units).entries())
      expect(relativeError(value, point[i]!)).toBeLessThan(1e-12);
    expect(Object.keys(params)).toEqual(law.parameters);
  });

  test("a coefficient's coordinate is that of the parameter in its place", () => {
    const point = randomPoint(law, 4);
    const before: Readonly<Record<string, number>> = law.publish(point, units);
    for (const [i, { kind }] of law.coordinates.entries()) {
      if (kind !== "coefficient") continue;
      const after: Readonly<Record<string, number>> = law.publish(point.with(i, 1.1 * point[i]!), units);
      expect(law.parameters.filter((name) => after[name] !== before[name])).toEqual([law.parameters[i]]);
    }
  });

  test.each(RESIDUALS)("the gradient of its Huber objective equals central differences (%s residuals)", (residual) => {
    const rows = plant(law, law.publish(randomPoint(law, 5), units), { noise: 0.05, seed: 6 });
    const objective = fitObjective(law, rows, units, { residual, delta: 0.02 });
    const theta = toTheta(law, randomPoint(law, 7));
    const gradient = new Float64Array(theta.length);
    objective(theta, gradient);
    for (const [i, value] of theta.entries()) {
      const at = (shift: number) => objective(theta.with(i, value + shift), new Float64Array(theta.length));
      expect(gradient[i]!, law.coordinates[i]!.name).toBeCloseTo((at(STEP) - at(-STEP)) / (2 * STEP), 7);
    }
  });
});

test("the Huber loss is a parabola within δ, a straight line beyond, and smooth between", () => {
  expect(huber(0.005, 0.01)).toBeCloseTo(1.25e-5, 15);
  expect(huber(-0.5, 0.01)).toBeCloseTo(0.01 * 0.495, 15);
  expect(huber(0.01 + 1e-9, 0.01)).toBeCloseTo(huber(0.01, 0.01), 10);
  expect([huberSlope(0.005, 0.01), huberSlope(2, 0.01), huberSlope(-2, 0.01)]).toEqual([0.005, 0.01, -0.01]);
});

test("the objective is infinite, not NaN, where the logarithm of the law does not exist", () => {
  const law: Law = { ...sparseLaw, coordinates: sparseLaw.coordinates.map((c) => ({ ...c, positive: false })) };
  const rows = plant(sparseLaw, sparseLaw.publish(randomPoint(sparseLaw, 8), units));
  const objective = fitObjective(law, rows, units, { residual: "log", delta: 0.01 });
  expect(objective(Float64Array.of(0, 1, 0, 1, 0, 1, -5), new Float64Array(7))).toBe(Number.POSITIVE_INFINITY);
});
