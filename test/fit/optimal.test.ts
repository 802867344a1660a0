import { describe, expect, test } from "vitest";
import {
  abnarLaw,
  averageParameterLaw,
  bandOfOptima,
  budgetForLoss,
  budgetForSparsity,
  budgetMultipleFor,
  chinchillaLaw,
  chinchillaOptimalData,
  costMultiplier,
  denseEquivalentMultiplier,
  type FittedLaw,
  formulaLaw,
  isoFlopCurve,
  isoLossCurve,
  multiplierLaw,
  optimalSparsity,
  type PresetName,
  presets,
  type SparseParams,
  sparseLaw,
  tellsSparsitiesApart,
} from "../../src/fit/index.ts";
import { relativeError } from "./planted.ts";

const sparsities = [0.5, 0.75, 0.875];

/** Budget multiples as printed, with half a unit of the last digit. */
const budgetTable: [PresetName, "sparse" | "dense", [k: number, halfDigit: number][]][] = [
  [
    "vit-jft",
    "sparse",
    [
      [1.68, 0.005],
      [6.6, 0.05],
      [25, 0.5],
    ],
  ],
  [
    "vit-jft",
    "dense",
    [
      [4.8, 0.05],
      [18, 0.5],
      [69, 0.5],
    ],
  ],
  [
    "t5-c4",
    "sparse",
    [
      [2.4, 0.05],
      [158, 0.5],
      [6.9e3, 50],
    ],
  ],
  [
    "t5-c4",
    "dense",
    [
      [70, 0.5],
      [1651, 0.5],
      [38.9e3, 50],
    ],
  ],
  [
    "t5-c4-optimum",
    "sparse",
    [
      [2.05, 0.005],
      [70, 0.5],
      [2.0e3, 50],
    ],
  ],
  [
    "t5-c4-optimum",
    "dense",
    [
      [14, 0.5],
      [325, 0.5],
      [7.4e3, 50],
    ],
  ],
];

describe.each(budgetTable)("optimal sparsity, %s, %s cost", (preset, cost, expected) => {
  const law = presets[preset];

  test("is .5, .75, .875 at the budget multiples of the derived table, within the digits printed", () => {
    for (const [i, [k, halfDigit]] of expected.entries())
      expect(Math.abs(budgetMultipleFor(law, sparsities[i]!, cost) - k), `S = ${sparsities[i]}`).toBeLessThanOrEqual(
        halfDigit,
      );
  });

  test("is the same for every N at a given multiple, and comes back from it within 1e-6", () => {
    for (const sparsity of sparsities)
      for (const nonzeroParams of [1e5, 1e8, 1e11]) {
        const chinchillaMultiple = budgetMultipleFor(law, sparsity, cost);
        const optimal = optimalSparsity({ law, nonzeroParams, chinchillaMultiple, cost });
        expect(Math.abs(optimal.sparsity - sparsity), `N = ${nonzeroParams}`).toBeLessThan(1e-6);
        expect(relativeError(optimal.multiple, chinchillaMultiple)).toBeLessThan(1e-12);
      }
  });

  test("is no worse than any sparsity of a fine grid", () => {
    for (const chinchillaMultiple of [0.3, 1, 3, 30, 1000]) {
      const optimal = optimalSparsity({ law, nonzeroParams: 2e7, chinchillaMultiple, cost });
      for (let sparsity = 0; sparsity < 0.9999; sparsity += 0.001) {
        const data = optimal.flops / (6 * 2e7 * costMultiplier(sparsity, cost));
        const loss = sparseLaw.predict(law, { sparsity, nonzeroParams: 2e7, data });
        expect(optimal.loss, `k = ${chinchillaMultiple}, S = ${sparsity}`).toBeLessThanOrEqual(loss * (1 + 1e-12));
      }
    }
  });
});

/** The unrounded coefficients behind the published ones: N in millions, D in units of its own. */
const unrounded: Record<PresetName, SparseParams> = {
  "vit-jft": fromScaled(1.30485, 0.82101, 2.07506, 0.39223, 0.27818, 0.88979, 4.51669, 1e9),
  "t5-c4": fromScaled(0.56779, 0.72161, 1.52265, 0.24513, 0.63362, 0.20271, 0.65074, 6.5536e9),
  "t5-c4-optimum": fromScaled(0.436241, 1.344968, 1.695173, 0.231683, 0.417605, 0.384638, 0.830375, 6.5536e9),
};

function fromScaled(...values: [...coordinates: number[], dataUnit: number]): SparseParams {
  return sparseLaw.publish(values.slice(0, 7), { nonzeroParams: 1e6, data: values[7]! });
}

describe("dense-equivalent size and presets", () => {
  test.each([
    ["vit-jft", [1.6, 2.17, 2.63, 3.47]],
    ["t5-c4", [1.59, 2.16, 2.63, 3.64]],
    ["t5-c4-optimum", [1.77, 2.27, 2.51, 2.69]],
  ] as const)("m(S) of %s at .5, .75, .875 and 1 is as derived, within the digits printed", (preset, expected) => {
    for (const [i, m] of expected.entries()) {
      const sparsity = [...sparsities, 1][i]!;
      expect(
        Math.abs(denseEquivalentMultiplier(unrounded[preset], sparsity) - m),
        `S = ${sparsity}`,
      ).toBeLessThanOrEqual(0.005);
      expect(relativeError(denseEquivalentMultiplier(presets[preset], sparsity), m)).toBeLessThan(0.003);
    }
  });

  test.each(
    Object.keys(presets) as PresetName[],
  )("%s is its scaled form, rounded: every coefficient within 0.3 %%", (preset) => {
    for (const name of sparseLaw.parameters)
      expect(relativeError(presets[preset][name], unrounded[preset][name]), name).toBeLessThan(0.003);
  });

  test("a dense model of N·m(S) parameters has the loss of the sparse one", () => {
    const law = presets["vit-jft"];
    const { sparsity, denseEquivalent, data, loss } = optimalSparsity({
      law,
      nonzeroParams: 1e7,
      chinchillaMultiple: 5,
    });
    expect(
      relativeError(sparseLaw.predict(law, { sparsity: 0, nonzeroParams: denseEquivalent, data }), loss),
    ).toBeLessThan(1e-12);
    expect(sparsity).toBeGreaterThan(0.5);
  });

  test("D* minimises the loss over the size of a dense model at constant FLOPs", () => {
    const law = presets["t5-c4-optimum"];
    const nonzeroParams = 3e7;
    const product = nonzeroParams * chinchillaOptimalData(law, nonzeroParams);
    const lossAt = (size: number) => sparseLaw.predict(law, { sparsity: 0, nonzeroParams: size, data: product / size });
    expect(lossAt(nonzeroParams)).toBeLessThan(lossAt(nonzeroParams * 1.001));
    expect(lossAt(nonzeroParams)).toBeLessThan(lossAt(nonzeroParams / 1.001));
  });
});

describe("cost", () => {
  test("of the 25/50/25 cubic ramp is 1, 1.375, 2.125, 3.625 at S = 0, .5, .75, .875", () => {
    expect([0, ...sparsities].map((sparsity) => costMultiplier(sparsity))).toEqual([1, 1.375, 2.125, 3.625]);
  });

  test("of a ramp of n updates is the mean density of its steps", () => {
    const ramp = { start: 0.2, end: 0.6, updates: 8 };
    const steps = 10_000;
    let density = 0;
    for (let step = 0; step < steps; step++) {
      const progress = Math.min(1, Math.max(0, (step / steps - ramp.start) / (ramp.end - ramp.start)));
      const reached = Math.floor(progress * ramp.updates + 1e-9) / ramp.updates;
      density += (1 - 0.75 * (1 - (1 - reached) ** 3)) / steps;
    }
    expect(relativeError(costMultiplier(0.75, "sparse", ramp), density / 0.25)).toBeLessThan(1e-9);
  });

  test("of static sparsity is 1 everywhere, so only the law's floor limits the sparsity", () => {
    const schedule = { start: 0, end: 0 };
    expect(sparsities.map((sparsity) => costMultiplier(sparsity, "sparse", schedule))).toEqual([1, 1, 1]);
    const options = { law: presets["t5-c4"], nonzeroParams: 1e7, chinchillaMultiple: 1, schedule };
    expect(optimalSparsity(options).sparsity).toBeGreaterThan(0.99999);
  });

  test("as a function: a measured one agrees with the same one in closed form", () => {
    const law = presets["vit-jft"];
    const measured = (sparsity: number) => 1 / (1 - sparsity);
    const options = { law, nonzeroParams: 1e7, chinchillaMultiple: 18 };
    const [numeric, closed] = [
      optimalSparsity({ ...options, cost: measured }),
      optimalSparsity({ ...options, cost: "dense" }),
    ];
    expect(Math.abs(numeric.sparsity - closed.sparsity)).toBeLessThan(1e-6);
    expect(relativeError(budgetMultipleFor(law, 0.75, measured), budgetMultipleFor(law, 0.75, "dense"))).toBeLessThan(
      1e-8,
    );
  });
});

describe("a budget", () => {
  const law = presets["t5-c4"];

  test("in FLOPs and as a multiple are the same budget", () => {
    const byMultiple = optimalSparsity({ law, nonzeroParams: 1e7, chinchillaMultiple: 10 });
    expect(optimalSparsity({ law, nonzeroParams: 1e7, flops: byMultiple.flops })).toEqual({
      ...byMultiple,
      multiple: expect.closeTo(10, 9),
    });
  });

  test.each([
    "sparse",
    "dense",
  ] as const)("leaves the model dense up to the multiple of S = 0, and not above it (%s cost)", (cost) => {
    const least = budgetMultipleFor(law, 0, cost);
    const at = (chinchillaMultiple: number) =>
      optimalSparsity({ law, nonzeroParams: 1e7, chinchillaMultiple, cost }).sparsity;
    expect(at(0.99 * least)).toBe(0);
    expect(at(1.01 * least)).toBeGreaterThan(0);
  });

  test.each([
    [{ nonzeroParams: 0, flops: 1 }, "`nonzeroParams` must be a positive number; got 0"],
    [{ nonzeroParams: 1, flops: -1 }, "`flops` must be a positive number; got -1"],
    [{ nonzeroParams: 1, chinchillaMultiple: Number.NaN }, "`chinchillaMultiple` must be a positive number; got NaN"],
    [{ nonzeroParams: 1 }, "budget must be one of `flops`, `chinchillaMultiple` and `seconds`; got none"],
    [{ nonzeroParams: 1, flops: 1, chinchillaMultiple: 1 }, "got `flops` and `chinchillaMultiple`"],
    [{ nonzeroParams: 1, seconds: 1 }, "`cost` must be measured for a budget in seconds; got sparse"],
  ])("%o is refused: %s", (options, message) => {
    expect(() => optimalSparsity({ law, ...options })).toThrow(message);
  });
});

describe("a target loss", () => {
  const law = presets["t5-c4-optimum"];
  const time = { secondsPerDatum: (sparsity: number, n: number) => 2e-9 * n * costMultiplier(sparsity, "dense") };

  test.each([
    ["sparse", "sparse"],
    ["dense", "dense"],
    ["a measured", time],
  ] as const)("is the inverse of the optimum, at %s cost", (_, cost) => {
    for (const chinchillaMultiple of [0.5, 3, 40]) {
      const optimal = optimalSparsity({ law, nonzeroParams: 2e7, chinchillaMultiple, cost });
      const { sparsity, ...cheapest } = budgetForLoss({ law, nonzeroParams: 2e7, loss: optimal.loss, cost });
      expect(relativeError(cheapest.flops, optimal.flops), `k = ${chinchillaMultiple}`).toBeLessThan(1e-7);
      expect(Math.abs(sparsity - optimal.sparsity)).toBeLessThan(1e-5);
      expect(relativeError(cheapest.loss, optimal.loss)).toBeLessThan(1e-12);
    }
  });

  test("just above the floor takes the sparsity that alone comes there; at the floor it is refused with it", () => {
    const floor = law.c + law.cS * 2e7 ** -law.bN;
    const cheapest = budgetForLoss({ law, nonzeroParams: 2e7, loss: floor + 1e-4 });
    expect(relativeError(cheapest.loss, floor + 1e-4)).toBeLessThan(1e-12);
    expect(cheapest.sparsity).toBeGreaterThan(0.99);
    expect(() => budgetForLoss({ law, nonzeroParams: 2e7, loss: floor })).toThrow(
      /^optimal: `loss` must be above 1\.67.*, the least that 20000000 non-zero parameters come near to by the sparse law; got 1\.67/,
    );
  });
});

describe("laws other than the sparse one", () => {
  const sparse = presets["t5-c4-optimum"];
  /** The same law as a formula, without closed forms. */
  const formula: FittedLaw = {
    law: formulaLaw("(aS*(1-S)^bS + cS)/N^bN + (aD/D)^bD + c"),
    params: sparse,
  };

  test("a formula of the sparse law has the sparse law's optimum, dense size and compute-optimal data", () => {
    for (const cost of ["sparse", "dense"] as const) {
      const options = { nonzeroParams: 3e7, chinchillaMultiple: 20, cost };
      const [numeric, closed] = [formula, sparse].map((law) => optimalSparsity({ ...options, law }));
      expect(Math.abs(numeric!.sparsity - closed!.sparsity)).toBeLessThan(1e-5);
      for (const name of ["data", "loss", "denseEquivalent", "flops", "multiple"] as const)
        expect(relativeError(numeric![name], closed![name]), name).toBeLessThan(1e-4);
    }
    const target = { nonzeroParams: 3e7, loss: 2.2 };
    const [numeric, closed] = [formula, sparse].map((law) => budgetForLoss({ ...target, law }));
    expect(relativeError(numeric!.flops, closed!.flops)).toBeLessThan(1e-6);
  });

  test("the average-parameter law counts the schedule that is given, not another one", () => {
    const params = { E: 0.8, A: 40, alpha: 0.25, B: 3e3, beta: 0.38 };
    const law: FittedLaw = { law: averageParameterLaw, params };
    const schedule = { start: 0.1, end: 0.4 };
    const optimal = optimalSparsity({ law, nonzeroParams: 1e7, flops: 1e18, schedule });
    for (let sparsity = 0; sparsity < 0.999; sparsity += 0.001) {
      const multiplier = costMultiplier(sparsity, "sparse", schedule);
      const loss = params.E + params.A * (1e7 * multiplier) ** -0.25 + params.B * (1e18 / (6e7 * multiplier)) ** -0.38;
      expect(optimal.loss).toBeLessThanOrEqual(loss * (1 + 1e-12));
    }
    expect(optimal.sparsity).toBeGreaterThan(0.1);
  });

  test("the Abnar law's optimum is no worse than any sparsity of a fine grid", () => {
    const params = {
      ...{ a: 40, alpha: 0.25, b: 3e3, beta: 0.38, c: 0.01, lambda: 0.1 },
      ...{ d: 5, delta: 0.4, gamma: 0.3, e: 0.8 },
    };
    const optimal = optimalSparsity({ law: { law: abnarLaw, params }, nonzeroParams: 1e7, flops: 1e19 });
    for (let sparsity = 0; sparsity < 0.999; sparsity += 0.001) {
      const inputs = { sparsity, nonzeroParams: 1e7, data: 1e19 / (6e7 * costMultiplier(sparsity)) };
      expect(optimal.loss).toBeLessThanOrEqual(abnarLaw.predict(params, inputs) * (1 + 1e-12));
    }
  });

  test.each(["sparse", "dense"] as const)("the budget of a sparsity is that of the closed form (%s cost)", (cost) => {
    const params = presets["vit-jft"];
    const own = { law: formulaLaw("(aS*(1-S)^bS + cS)/N^bN + (aD/D)^bD + c"), params: { ...params } };
    for (const sparsity of [0, 0.5, 0.875]) {
      // The search takes a model for dense up to S = .001.
      const closed = budgetForSparsity({ law: params, nonzeroParams: 1e7, cost }, Math.max(sparsity, 1e-3));
      const searched = budgetForSparsity({ law: own, nonzeroParams: 1e7, cost }, sparsity);
      expect(relativeError(searched, closed), `S = ${sparsity}`).toBeLessThan(1e-6);
    }
  });

  test("no budget makes a sparsity optimal that only makes losses worse", () => {
    const params = { E: 1, A: 50, alpha: 0.3, B: 1e6, beta: 0.3, k: 1 };
    const law = { law: formulaLaw("E + A/N^alpha + (B/D)^beta + k*S"), params };
    expect(budgetForSparsity({ law, nonzeroParams: 1e7 }, 0.5)).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    { law: chinchillaLaw, params: { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 } },
    {
      law: multiplierLaw([0, 0.5]),
      params: { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28, "eff(0.5)": 1.7 },
    },
  ])("a law that does not predict every sparsity is refused: $law.name", (law) => {
    expect(tellsSparsitiesApart(law)).toBe(false);
    expect(() => optimalSparsity({ law, nonzeroParams: 1e7, flops: 1e18 })).toThrow(
      `\`law\` must tell any two sparsities apart; got the ${law.law.name} law. Fit with \`law\` sparse.`,
    );
  });
});

describe("curves", () => {
  const law = presets["t5-c4"];
  const sizes = [1e6, 1e7, 1e8, 1e9];

  test("of one loss have that loss at every point, and leave out sizes that do not reach it", () => {
    const curve = isoLossCurve(law, { loss: 2, sparsity: 0.5, sizes });
    expect(curve.map(({ nonzeroParams }) => nonzeroParams)).toEqual([1e7, 1e8, 1e9]);
    for (const point of curve)
      expect(relativeError(sparseLaw.predict(law, { sparsity: 0.5, ...point }), 2)).toBeLessThan(1e-12);
  });

  test("of one budget cost that budget at every point", () => {
    for (const { nonzeroParams, data, loss } of isoFlopCurve(law, { flops: 1e20, sparsity: 0.75, sizes })) {
      expect(relativeError(6 * nonzeroParams * 2.125 * data, 1e20)).toBeLessThan(1e-12);
      expect(loss).toBe(sparseLaw.predict(law, { sparsity: 0.75, nonzeroParams, data }));
    }
  });
});

test.each([
  ["has no gain from sparsity", { aS: 0 }],
  ["has a data term that hides the other in the last digits of a loss", { aD: 1e60 }],
])("a sparse law that %s has an optimum all the same", (_, change) => {
  const law = { ...presets["t5-c4-optimum"], ...change };
  for (const cost of ["sparse", "dense"] as const) {
    const { sparsity } = optimalSparsity({ law, nonzeroParams: 1e7, flops: 1e18, cost });
    expect(sparsity).toBe(0);
  }
});

describe("the band of a recommendation", () => {
  const law = presets["t5-c4-optimum"];
  const bootstrap = {
    ...({ kind: "cases", by: null, seed: 0, replicates: 41, failed: 0 } as const),
    params: Array.from({ length: 41 }, (_, i) => ({ ...law, c: law.c * (0.8 + 0.01 * i) })),
  };

  test("is the 2.5th to the 97.5th percentile of the refits' own", () => {
    const band = bandOfOptima(bootstrap, (params) =>
      optimalSparsity({ law: params as SparseParams, nonzeroParams: 1e7, flops: 1e18 }),
    )!;
    const middle = optimalSparsity({ law, nonzeroParams: 1e7, flops: 1e18 });
    expect(band.loss.low).toBeCloseTo(middle.loss - 0.19 * law.c, 9);
    expect(band.loss.high).toBeCloseTo(middle.loss + 0.19 * law.c, 9);
    expect(Math.abs(band.sparsity.high - band.sparsity.low)).toBeLessThan(1e-6);
    expect(band).toMatchObject({ refits: 41, without: 0 });
  });

  test("counts the refits by which a target loss is out of reach", () => {
    const recommend = (loss: number) =>
      bandOfOptima(bootstrap, (params) => budgetForLoss({ law: params as SparseParams, nonzeroParams: 1e7, loss }));
    const floor = law.c + law.cS * 1e7 ** -law.bN;
    expect(recommend(floor + 1e-4)).toMatchObject({ refits: 21, without: 20 });
    expect(recommend(0.1)).toBeUndefined();
  });
});
