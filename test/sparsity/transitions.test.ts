/** Dense → sparse → dense → sparse: every plane of every optimizer, in place, held to a model on plain arrays. */
import { describe, expect, test } from "vitest";
import { checkWeight, firstDifference, openWeight, PLANES, trainWeight } from "./fixture.ts";
import { denseProducts, storedProducts } from "./products.ts";
import { SEQUENCE } from "./sequence.ts";

const SHAPES: readonly [rows: number, cols: number][] = [
  [1, 1],
  [1, 7],
  [7, 1],
  [1, 300],
  [300, 1],
  [3, 520],
  [5, 13],
  [261, 33],
  [70, 257],
];

describe.each(Object.entries(PLANES))("under %s", (_, planes) => {
  test.each(SHAPES)("a weight (%i, %i) keeps every bit of every plane through all changes", (rows, cols) => {
    const weight = openWeight({ rows, cols, planes });
    for (const [step, [name, format, change]] of SEQUENCE.entries()) {
      trainWeight(weight, step);
      change(weight, step);
      expect(weight.parameter.format, name).toBe(format);
      checkWeight(weight, `(${rows}, ${cols}), change ${step}: ${name}`);
    }
  });
});

test.each(
  SHAPES,
)("products with a weight (%i, %i) have the bits of the masked dense ones after every change", (rows, cols) => {
  const weight = openWeight({ rows, cols });
  const { pruner, parameter, model, productsBase } = weight;
  for (const [step, [name, , change]] of SEQUENCE.entries()) {
    trainWeight(weight, step);
    change(weight, step);
    const actual = storedProducts(pruner, parameter, productsBase);
    const expected = denseProducts(pruner, model.planes.get("value")!, [rows, cols], productsBase);
    expect(firstDifference(actual.forward, expected.forward), `forward after ${name}`).toBe("");
    expect(firstDifference(actual.inputGradient, expected.inputGradient), `input gradient after ${name}`).toBe("");
  }
});
