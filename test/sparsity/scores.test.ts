import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { describe, expect, test } from "vitest";
import { DivergenceError, StateError } from "../../src/core/errors.ts";
import type { Format } from "../../src/memory/parameter.ts";
import { addressOf } from "../../src/memory/tensor.ts";
import { prune } from "../../src/sparsity/changes/prune.ts";
import { reformat } from "../../src/sparsity/changes/reformat.ts";
import { regrow } from "../../src/sparsity/changes/regrow.ts";
import type { Moment } from "../../src/sparsity/moment.ts";
import * as publicParts from "../../src/sparsity/public.ts";
import { gradient } from "../../src/sparsity/scores/gradient.ts";
import { magnitude } from "../../src/sparsity/scores/magnitude.ts";
import { random } from "../../src/sparsity/scores/random.ts";
import { saliency } from "../../src/sparsity/scores/saliency.ts";
import type { Score } from "../../src/sparsity/scores/score.ts";
import { readMask } from "../../src/sparsity/snapshot.ts";
import { stagingFor } from "../../src/sparsity/staging.ts";
import { noise } from "../kernels/contract.ts";
import { checkWeight, momentAt, openWeight, UNSTRUCTURED, type Weight, type WeightOptions } from "./fixture.ts";

const SIZE = 5 * 60;

/** A weight of which half is kept, and a full gradient of it. */
function halfKept(
  format: Format,
  options: Partial<WeightOptions> = {},
): Weight & { moment: Moment; gradient: number[] } {
  const weight = openWeight({ rows: 5, cols: 60, ...options });
  const { parameter, pruner, model, denseGradient } = weight;
  const numbers = [...noise(SIZE, 77)];
  new Float32Array(pruner.memory.buffer, denseGradient, SIZE).set(numbers);
  model.prune(SIZE / 2, model.planes.get("value")!);
  prune(pruner, parameter, { kept: SIZE / 2, pattern: UNSTRUCTURED, score: magnitude, format }, momentAt(0));
  return { ...weight, moment: momentAt(1, { denseGradient }), gradient: numbers };
}

function pruneBy({ pruner, parameter }: Weight, score: Score, moment: Moment, kept = 50): Uint8Array {
  prune(pruner, parameter, { kept, pattern: UNSTRUCTURED, score, format: parameter.format }, moment);
  return readMask(pruner, parameter);
}

function regrowBy({ pruner, parameter }: Weight, dropScore: Score, growthScore: Score, moment: Moment): Uint8Array {
  const change = { dropped: 40, grown: 40, pattern: UNSTRUCTURED, dropScore, growthScore, format: parameter.format };
  regrow(pruner, parameter, change, moment);
  return readMask(pruner, parameter);
}

test("every built-in score is public, under its name", () => {
  const files = readdirSync(join(import.meta.dirname, "../../src/sparsity/scores")).map((file) => parse(file).name);
  for (const name of files.filter((name) => name !== "score"))
    expect(Object(publicParts)[name], name).toMatchObject({ name, score: expect.any(Function) });
});

describe.each(["dense", "csr"] as const)("of a weight stored %s", (format) => {
  test("magnitude through the interface ranks as magnitude without a copy", () => {
    const copied: Score = { ...magnitude };
    expect(pruneBy(halfKept(format), copied, momentAt(1))).toEqual(pruneBy(halfKept(format), magnitude, momentAt(1)));
  });

  test("gradient drops and grows by |g|", () => {
    const weight = halfKept(format);
    weight.model.regrow(40, 40, weight.gradient, weight.gradient);
    regrowBy(weight, gradient, gradient, weight.moment);
    checkWeight(weight, "by gradient");
  });

  test("saliency keeps the largest |w·g|", () => {
    const weight = halfKept(format);
    const values = weight.model.planes.get("value")!;
    weight.model.prune(
      50,
      values.map((w, i) => Math.fround(w * weight.gradient[i]!)),
    );
    pruneBy(weight, saliency, weight.moment);
    checkWeight(weight, "by saliency");
  });

  test("random is a function of seed, step and name, and of nothing else", () => {
    const grown = (moment: Moment, name = "w") => regrowBy(halfKept(format, { name }), magnitude, random, moment);
    const same = grown(momentAt(1));
    expect(grown(momentAt(1))).toEqual(same);
    expect(grown(momentAt(1, { seed: 8 }))).not.toEqual(same);
    expect(grown(momentAt(2))).not.toEqual(same);
    expect(grown(momentAt(1), "v")).not.toEqual(same);
    expect(pruneBy(halfKept(format), random, momentAt(1))).toEqual(pruneBy(halfKept(format), random, momentAt(1)));
  });

  test("random numbers for dropping are not those for growing", () => {
    const drawn: number[] = [];
    const own: Score = {
      name: "draws one",
      needsGradient: false,
      score: ({ random }) => void drawn.push(random.uint32()),
    };
    regrowBy(halfKept(format), own, own, momentAt(1));
    expect(new Set(drawn).size).toBe(2);
  });

  test("one's own score sees the same matrix in either format", () => {
    const weight = halfKept(format);
    const { model } = weight;
    const before = { values: [...model.planes.get("value")!], mask: model.mask.map(Number) };
    const own: Score = {
      name: "distance from the diagonal",
      needsGradient: true,
      score({ values, mask, gradient, rows, cols }, into) {
        expect({ values: [...values], mask: [...mask] }).toEqual(before);
        expect([...gradient]).toEqual(weight.gradient);
        expect([rows, cols, [...into]]).toEqual([5, 60, Array(SIZE).fill(0)]);
        for (let i = 0; i < into.length; i++) into[i] = Math.floor(i / cols) - (i % cols);
      },
    };
    model.prune(
      50,
      Array.from({ length: SIZE }, (_, i) => Math.floor(i / 60) - (i % 60)),
    );
    pruneBy(weight, own, weight.moment);
    checkWeight(weight, "by one's own score");
  });

  test("growth is asked for with the mask that the drop has left", () => {
    const weight = halfKept(format);
    let left = -1;
    const own: Score = {
      name: "counts",
      needsGradient: false,
      score({ mask }) {
        left = mask.reduce((sum, bit) => sum + bit, 0);
      },
    };
    regrowBy(weight, magnitude, own, momentAt(1));
    expect(left).toBe(SIZE / 2 - 40);
  });

  test("a gradient that nobody has computed is told by name", () => {
    for (const score of [gradient, saliency]) {
      const weight = halfKept(format);
      expect(() => pruneBy(weight, score, momentAt(4))).toThrow(
        new StateError(
          `w: denseGradient must be given for the score "${score.name}"; got undefined at step 4. A score that reads the gradient must have needsGradient: true.`,
        ),
      );
      checkWeight(weight, "after the refusal");
    }
  });

  test("a gradient within the staging area, where it would be overwritten, is refused", () => {
    const weight = halfKept(format);
    const { stagingBase } = weight.pruner;
    const end = stagingBase + stagingFor(weight.parameter, 0).bytes;
    for (const denseGradient of [stagingBase - 4 * SIZE + 4, stagingBase, end - 4])
      expect(() => pruneBy(weight, gradient, momentAt(1, { denseGradient }))).toThrow(
        new StateError(
          `w: denseGradient must lie outside the staging area [${stagingBase}, ${end}); got ${denseGradient}. Reserve it apart.`,
        ),
      );
  });

  test("a score that is no number is refused with its place, and the weight stays as it was", () => {
    const weight = halfKept(format);
    const own: Score = {
      name: "ratio",
      needsGradient: false,
      score: (_, into) => into.fill(Number.NaN, 62),
    };
    const error = new StateError(
      'w: the score "ratio" must be a number for every weight; got NaN at row 1, column 2. Mend the score.',
    );
    expect(() => pruneBy(weight, own, momentAt(1))).toThrow(error);
    expect(() => regrowBy(weight, magnitude, own, momentAt(1))).toThrow(error);
    checkWeight(weight, "after the refusal");
  });

  test("a gradient that is not finite is a divergence, told with the step", () => {
    for (const [bad, score] of [
      [Number.NaN, gradient],
      [Number.POSITIVE_INFINITY, saliency],
    ] as const) {
      const weight = halfKept(format);
      const at = weight.model.mask.indexOf(false);
      new Float32Array(weight.pruner.memory.buffer, weight.denseGradient, SIZE)[at] = bad;
      const regrowing = () => regrowBy(weight, magnitude, score, weight.moment);
      expect(regrowing).toThrow(DivergenceError);
      expect(regrowing).toThrow(
        `w: weights and gradients must be finite; got 0 and ${bad} at row ${Math.floor(at / 60)}, column ${at % 60}. Lower training.learningRate`,
      );
      checkWeight(weight, "after the refusal");
    }
  });

  test("a weight that is NaN stays by magnitude, so that the next loss tells of it", () => {
    const weight = halfKept(format);
    const { parameter, pruner } = weight;
    new Float32Array(pruner.memory.buffer, addressOf(parameter.value), 3)[2] = Number.NaN;
    pruneBy(weight, magnitude, momentAt(1), 1);
    reformat(pruner, parameter, "dense");
    const values = new Float32Array(pruner.memory.buffer, addressOf(parameter.value), SIZE);
    expect([...values].filter(Number.isNaN)).toHaveLength(1);
  });
});

test("the gradient plane of a masked dense weight can be the dense gradient", () => {
  const weight = halfKept("dense");
  const { parameter, pruner, model } = weight;
  const numbers = [...noise(SIZE, 78)];
  new Float32Array(pruner.memory.buffer, addressOf(parameter.grad), SIZE).set(numbers);
  model.planes.set(
    "grad",
    numbers.map((g, i) => (model.mask[i] ? g : 0)),
  );
  model.regrow(40, 40, model.planes.get("value")!, numbers);
  regrowBy(weight, magnitude, gradient, momentAt(1, { denseGradient: addressOf(parameter.grad) }));
  checkWeight(weight, "by its own gradient");
});

test("random growth takes every pruned weight about as often as any other", () => {
  const times = new Float64Array(SIZE);
  for (let step = 0; step < 400; step++) {
    const weight = openWeightOnce();
    const grown = regrowBy(weight, magnitude, random, momentAt(step));
    for (let i = 0; i < SIZE; i++) if (!weight.model.mask[i]) times[i]! += grown[i]!;
  }
  const [expected, deviation] = [(400 * 40) / 150, Math.sqrt((400 * 40 * 110) / 150 ** 2)];
  const pruned = openWeightOnce().model.pruned;
  const chi2 = pruned.reduce((sum, i) => sum + ((times[i]! - expected) / deviation) ** 2, 0);
  expect(Math.abs(chi2 - 150)).toBeLessThan(4 * Math.sqrt(2 * 150));
});

function openWeightOnce(): Weight {
  return halfKept("dense", { csrCapacity: undefined });
}

test("pruning a dense weight by magnitude makes no copy of it", () => {
  const { parameter, pruner } = halfKept("dense");
  const staging = stagingFor(parameter, pruner.stagingBase);
  for (const address of [staging.scores, staging.dense]) {
    const area = new Float32Array(pruner.memory.buffer, address, SIZE).fill(3);
    prune(
      pruner,
      parameter,
      { kept: parameter.nonzeros - 1, pattern: UNSTRUCTURED, score: magnitude, format: "dense" },
      momentAt(1),
    );
    expect(area).toEqual(new Float32Array(SIZE).fill(3));
  }
});
