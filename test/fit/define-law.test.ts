/** Laws that a user defines are found by name, as the built-in ones are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { register } from "../../src/config/parts.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { tasksOnPool } from "../../src/fit/fit-pool.ts";
import {
  chinchillaLaw,
  compareLaws,
  defineLaw,
  fitLaw,
  LAW_NAMES,
  lawNamed,
  parseFitResult,
  predictLoss,
} from "../../src/fit/index.ts";
import { comparedLaws, laws } from "../../src/fit/laws/index.ts";
import { coefficient, exponent } from "../../src/fit/laws/law.ts";
import { builtInLaws } from "./built-in-laws.ts";
import { grid, plant, relativeError } from "./planted.ts";

const rows = plant(
  chinchillaLaw,
  { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 },
  { noise: 0.005, seed: 3, inputs: grid.map((row) => ({ ...row, sparsity: 0 })) },
);
const options = { starts: 6 };

const formula = defineLaw({ name: "two-powers", formula: "L = E + A/N^alpha + B/D^beta" });
const asFunction = defineLaw({
  name: "two-powers-by-hand",
  formula: "L = E + A·N^−α + B·D^−β",
  inputs: ["nonzeroParams", "data"],
  parameters: { E: "coefficient", A: "coefficient", alpha: "exponent", B: "coefficient", beta: "exponent" },
  predict: ({ E, A, alpha, B, beta }, { nonzeroParams, data }) => E + A * nonzeroParams ** -alpha + B * data ** -beta,
});
const terms = defineLaw({
  name: "no-data",
  formula: "L = E + A/N^α",
  isCompared: false,
  parameters: ["E", "A", "alpha"],
  coordinates: [coefficient("E"), coefficient("a"), exponent("alpha")],
  inputs: ["nonzeroParams"],
  terms: [["E"], ["a", ["logParams", "-alpha"]]],
  predict: ({ E, A, alpha }, { nonzeroParams }) => E + A * nonzeroParams ** -alpha,
  publish(point, units) {
    const [E, a, alpha] = Array.from(point) as [number, number, number];
    return { E, A: a * units.nonzeroParams ** alpha, alpha };
  },
  unpublish: ({ E, A, alpha }, units) => [E, A * units.nonzeroParams ** -alpha, alpha],
});
for (const law of [formula, asFunction, terms]) register(law, "define-law.test.ts");

describe("a defined law", () => {
  test.each(["two-powers", "two-powers-by-hand", "no-data"])("is fitted by its name: %s", async (law) => {
    const fit = await fitLaw(rows, { ...options, law });
    const twin = law === "no-data" ? "E + A/N^alpha" : "chinchilla";
    expect(fit.law).toBe(law);
    expect(relativeError(fit.huberMean, (await fitLaw(rows, { ...options, law: twin })).huberMean)).toBeLessThan(1e-6);
  });

  test("of plain data travels to other threads; as a function it stays", async () => {
    const fit = await fitLaw(rows, { ...options, law: "two-powers" });
    expect(await fitLaw(rows, { ...options, law: "two-powers", run: tasksOnPool(2) })).toEqual(fit);
    for (const law of ["two-powers-by-hand", "no-data"])
      await expect(fitLaw(rows, { ...options, law, run: tasksOnPool(2) })).rejects.toThrow(
        /`threads` must be 1 .* got 2/,
      );
  });

  test.each([
    "two-powers",
    "two-powers-by-hand",
    "no-data",
  ])("is read back from a file by its name: %s", async (law) => {
    const fit = await fitLaw(rows, { ...options, law });
    const read = parseFitResult(JSON.parse(JSON.stringify(fit)));
    expect(predictLoss(read, rows[0]!)).toBe(predictLoss(fit, rows[0]!));
  });

  test("is not taken for another of its name with another formula", async () => {
    const fit = await fitLaw(rows, { ...options, law: "two-powers-by-hand" });
    expect(() => parseFitResult(JSON.parse(JSON.stringify({ ...fit, formula: "L = E" })))).toThrow(
      /must be a name or a formula to be read back; got the function two-powers-by-hand/,
    );
  });

  test("takes part in comparisons unless it says otherwise", async () => {
    expect(comparedLaws()).toEqual(expect.arrayContaining([...LAW_NAMES, "two-powers", "two-powers-by-hand"]));
    expect(comparedLaws()).not.toContain("no-data");
    const { laws: compared } = await compareLaws(rows, ["two-powers", "chinchilla"], options);
    expect(compared.map(({ law }) => law).toSorted()).toEqual(["chinchilla", "two-powers"]);
  });

  test("may be fitted without being registered", async () => {
    const law = defineLaw({ name: "unlisted", formula: "E + A/N^alpha" });
    expect((await fitLaw(rows, { ...options, law })).law).toBe("unlisted");
    expect(() => lawNamed("unlisted")).toThrow(/`law` must be one of sparse, .*two-powers.*; got "unlisted"/);
  });

  test("may not take the name of a built-in one", () => {
    expect(() => register(defineLaw({ name: "sparse", formula: "E + A/N^alpha" }))).toThrow(
      /name of a law must be one that no other has; got sparse, which sparselaw defines/,
    );
  });

  test.each([
    [{ name: "a/b", formula: "E + N^-a" }, /name must be of letters, digits, - and _; got "a\/b"/],
    [{ name: "faulty", formula: "E + * N" }, /character 5 must be a number/],
    [{ ...terms, predict: () => 1 }, /law no-data: evaluate must give the loss that predict gives/],
    [{ ...terms, unpublish: () => [0.5, 0.5, 0.6] }, /law no-data: unpublish must undo publish in a; got 0.5/],
    [{ ...chinchillaLaw, parameters: ["E"] }, /parameters must have one coordinate each; got 1 and 5/],
    [
      {
        ...chinchillaLaw,
        evaluate: (...args: Parameters<typeof chinchillaLaw.evaluate>) => {
          const loss = chinchillaLaw.evaluate(...args);
          args[2][2]! *= 1.1;
          return loss;
        },
      },
      /law chinchilla: evaluate must write the derivative by alpha/,
    ],
  ])("is checked: %o", (law, message) => {
    expect(() => defineLaw(law as never)).toThrow(message);
    expect(() => defineLaw(law as never)).toThrow(ConfigError);
  });
});

test.each(builtInLaws)("the built-in $name law stands the check of a defined one", (law) => {
  expect(defineLaw(law).name).toBe(law.name);
});

test.each(LAW_NAMES)("docs/cli.md has the %s law with its formula", (name) => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");
  expect(text).toContain(`\n| \`${name}\` | ${laws.get(name).formula}`);
});
