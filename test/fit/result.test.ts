import { describe, expect, test } from "vitest";
import {
  fitLaw,
  optimalSparsity,
  parseFitResult,
  predictLoss,
  presetNamed,
  presets,
  sparseLaw,
  sparseParamsOf,
} from "../../src/fit/index.ts";
import { grid, plant, relativeError } from "./planted.ts";

const rows = plant(sparseLaw, presets["vit-jft"], {
  noise: 0.001,
  inputs: grid.map((row) => ({ ...row, data: 10 * row.data })),
});
const fit = await fitLaw(rows, { starts: 10 });

describe("a fit written as JSON", () => {
  test("is read back whole, and serves optimalSparsity", () => {
    const read = parseFitResult(JSON.parse(JSON.stringify(fit)), "fit.json");
    expect(read).toEqual(fit);
    const budget = { nonzeroParams: 1e6, chinchillaMultiple: 5 };
    expect(optimalSparsity({ law: sparseParamsOf(read), ...budget })).toEqual(
      optimalSparsity({ law: sparseParamsOf(fit), ...budget }),
    );
  });

  test.each([
    ["another record", { ...fit, type: "result" }, /type/],
    [
      "an unknown law",
      { ...fit, source: { kind: "built-in", name: "hoffmann" } },
      /`law` must be one of sparse, .*; got "hoffmann"/,
    ],
    ["a law that is a function", { ...fit, source: undefined }, /`law` must be a name or a formula to be read back/],
    ["a missing parameter", { ...fit, params: { ...fit.params, bS: undefined } }, /bS/],
    [
      "a parameter that ran off to infinity",
      JSON.parse(JSON.stringify({ ...fit, params: { ...fit.params, aD: 1 / 0 } })),
      /aD/,
    ],
    ["no object", 5, /fit\.json/],
  ])("is refused for %s", (_, input, message) => {
    expect(() => parseFitResult(input, "fit.json")).toThrow(message);
  });
});

test("the mean errors are those of the predictions", () => {
  const errors = rows.map((row) => Math.abs(predictLoss(fit, row) - row.loss));
  const mean = errors.reduce((sum, error) => sum + error, 0) / rows.length;
  expect(relativeError(fit.meanAbsoluteError, mean)).toBeLessThan(1e-9);
  expect(fit.meanAbsolutePercentageError).toBeLessThan(0.2);
});

test("optimal sparsity of a dense law is refused, as is an unknown preset", async () => {
  const dense = await fitLaw(rows, { law: "chinchilla", starts: 5 });
  expect(() => sparseParamsOf(dense)).toThrow("`law` must be a fit of the sparse law; got chinchilla");
  expect(() => presetNamed("t5")).toThrow('`law` must be one of vit-jft, t5-c4, t5-c4-optimum; got "t5"');
});
