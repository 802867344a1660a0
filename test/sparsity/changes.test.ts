/** What each change promises beyond moving planes: whom it takes, how many, and what it refuses. */
import { describe, expect, test } from "vitest";
import { ConfigError, StateError } from "../../src/core/errors.ts";
import type { Format } from "../../src/memory/parameter.ts";
import { densify } from "../../src/sparsity/changes/densify.ts";
import { changeMask, type MaskChange } from "../../src/sparsity/changes/index.ts";
import { prune } from "../../src/sparsity/changes/prune.ts";
import { reformat } from "../../src/sparsity/changes/reformat.ts";
import { type Regrow, regrow } from "../../src/sparsity/changes/regrow.ts";
import { magnitude } from "../../src/sparsity/scores/magnitude.ts";
import { readDense, readMask } from "../../src/sparsity/snapshot.ts";
import { checkWeight, given, momentAt, openWeight, UNSTRUCTURED, type Weight } from "./fixture.ts";

const FORMATS: Format[] = ["dense", "csr"];
const ZEROS = Array<number>(12).fill(0);

/** A weight (3, 4) of which the first `kept` are kept, with the values 1, 2, 3, … in every plane, stored in `format`. */
function firstKept(kept: number, format: Format, csrCapacity = 12): Weight {
  const weight = openWeight({ rows: 3, cols: 4, csrCapacity });
  const { parameter, pruner, model } = weight;
  for (const plane of parameter.plan.planes) {
    const numbers = Array.from({ length: 12 }, (_, i) => i + 1);
    new Float32Array(pruner.memory.buffer, parameter.plane(plane).address, 12).set(numbers);
    model.planes.set(plane, numbers);
  }
  const scores = Array.from({ length: 12 }, (_, i) => 12 - i);
  model.prune(kept, scores);
  prune(pruner, parameter, { kept, pattern: UNSTRUCTURED, score: given(scores), format }, momentAt(0));
  return weight;
}

const keptOf = ({ parameter, pruner }: Weight) =>
  [...readMask(pruner, parameter).entries()].filter(([, b]) => b).map(([i]) => i);

function regrown(weight: Weight, change: Partial<Regrow>): number[] {
  const { parameter, pruner } = weight;
  const scores = { dropScore: magnitude, growthScore: given(ZEROS) };
  const whole = { dropped: 0, grown: 0, ...scores, pattern: UNSTRUCTURED, format: parameter.format, ...change };
  regrow(pruner, parameter, whole, momentAt(3));
  return keptOf(weight);
}

describe.each(FORMATS)("regrow, %s", (format) => {
  test("drops the lowest and grows the highest of those that were pruned before", () => {
    const weight = firstKept(6, format);
    const growth = ZEROS.map((_, i) => (i % 2 === 0 ? i : -i - 0.5));
    expect(regrown(weight, { dropped: 2, grown: 2, growthScore: given(growth) })).toEqual([2, 3, 4, 5, 10, 11]);
  });

  test("never grows what it drops while there is another, however high its score", () => {
    const growth = ZEROS.map((_, i) => (i < 6 ? 100 : 0));
    for (let dropped = 0; dropped <= 6; dropped++) {
      const kept = regrown(firstKept(6, format), { dropped, grown: dropped, growthScore: given(growth) });
      expect(kept, `${dropped} dropped`).toEqual([...ZEROS.keys()].slice(dropped, 6 + dropped));
    }
  });

  test("grows the best of the dropped back once all others are grown, with what they had", () => {
    const weight = firstKept(9, format);
    const growth = ZEROS.map((_, i) => [1, 5, 3, 4][i] ?? 0);
    expect(regrown(weight, { dropped: 4, grown: 5, growthScore: given(growth) })).toEqual([
      1, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    const { parameter, pruner } = weight;
    for (const plane of parameter.plan.planes)
      expect([...readDense(pruner, parameter, plane)], plane).toEqual([0, 2, 0, 4, 5, 6, 7, 8, 9, 0, 0, 0]);
  });

  test("starts what it grows at 0 in every plane, though the gradient of a masked weight is not", () => {
    const weight = firstKept(6, format);
    const { parameter, pruner, model } = weight;
    if (format === "dense") new Float32Array(pruner.memory.buffer, parameter.grad.address, 12).fill(8, 6);
    model.regrow(0, 3, ZEROS, ZEROS);
    regrown(weight, { grown: 3 });
    checkWeight(weight, "grown");
  });

  test("may grow more or fewer than it drops", () => {
    expect(regrown(firstKept(6, format), { dropped: 1, grown: 4 })).toHaveLength(9);
    expect(regrown(firstKept(6, format), { dropped: 4, grown: 1 })).toHaveLength(3);
    expect(regrown(firstKept(6, format), { dropped: 6, grown: 1 })).toEqual([6]);
    expect(regrown(firstKept(6, format), { dropped: 0, grown: 6 })).toHaveLength(12);
  });

  test("does not take a pruned weight for a kept one whose score is 0 as well", () => {
    const weight = firstKept(6, format);
    expect(regrown(weight, { grown: 3 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(regrown(weight, { dropped: 2, dropScore: given(ZEROS) })).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(regrown(weight, { dropped: 5, grown: 1 })).toEqual([4, 5, 7]);
  });

  test("ties break towards the lower index, for those that stay and those that grow", () => {
    expect(regrown(firstKept(6, format), { dropped: 3, grown: 2, dropScore: given(ZEROS.map(() => 1)) })).toEqual([
      0, 1, 2, 6, 7,
    ]);
  });

  test("is refused with an n:m pattern, which it would break", () => {
    expect(() => regrown(firstKept(6, format), { pattern: { kind: "nm", n: 2, m: 4 } })).toThrow(
      new ConfigError(
        "w: sparsity.pattern must be unstructured where weights grow; got nm. Prune only, or without a pattern.",
      ),
    );
  });

  test("is refused where there are not so many weights to drop or grow, or none would be left", () => {
    const message = (argument: string, range: string, got: number) =>
      new StateError(`w: ${argument} must be a whole number from ${range}; got ${got}. It keeps 6 of 12 weights now.`);
    const weight = firstKept(6, format);
    expect(() => regrown(weight, { dropped: 7 })).toThrow(message("dropped", "0 to 6", 7));
    expect(() => regrown(weight, { dropped: 1.5 })).toThrow(message("dropped", "0 to 6", 1.5));
    expect(() => regrown(weight, { dropped: 2, grown: 9 })).toThrow(message("grown", "0 to 8", 9));
    expect(() => regrown(weight, { dropped: 6, grown: 0 })).toThrow(message("grown", "1 to 12", 0));
    checkWeight(weight, "after refusals");
  });
});

describe.each(FORMATS)("prune, %s", (format) => {
  const pruned = (weight: Weight, kept: number, scores: readonly number[]) => {
    const { parameter, pruner } = weight;
    prune(pruner, parameter, { kept, pattern: UNSTRUCTURED, score: given(scores), format }, momentAt(1));
    return keptOf(weight);
  };

  test("keeps the highest of those that are kept now, whatever the scores of the others", () => {
    expect(
      pruned(
        firstKept(6, format),
        3,
        ZEROS.map((_, i) => i),
      ),
    ).toEqual([3, 4, 5]);
  });

  test("keeps weights of score 0 by their index where too few have any, and none that is pruned", () => {
    const weight = firstKept(9, format);
    expect(
      pruned(
        weight,
        5,
        ZEROS.map((_, i) => (i > 6 ? 1 : 0)),
      ),
    ).toEqual([0, 1, 2, 7, 8]);
  });

  test("keeps grown weights that are still 0 rather than those pruned before", () => {
    const weight = firstKept(4, format);
    regrown(weight, { grown: 2, growthScore: given(ZEROS.map((_, i) => i)) });
    const { parameter, pruner } = weight;
    prune(pruner, parameter, { kept: 5, pattern: UNSTRUCTURED, score: magnitude, format }, momentAt(1));
    expect(keptOf(weight)).toEqual([0, 1, 2, 3, 10]);
  });

  test("takes weights back, at 0, where an n:m pattern needs them", () => {
    const weight = firstKept(6, format);
    const { parameter, pruner, model } = weight;
    const pattern = { kind: "nm", n: 2, m: 4 } as const;
    model.prune(6, model.planes.get("value")!, pattern);
    prune(pruner, parameter, { kept: 6, pattern, score: magnitude, format }, momentAt(1));
    expect(keptOf(weight)).toEqual([2, 3, 4, 5, 8, 9]);
    checkWeight(weight, "n:m");
  });

  test("is refused where more are to be kept than are", () => {
    for (const kept of [0, 7, Number.NaN])
      expect(() => pruned(firstKept(6, format), kept, ZEROS)).toThrow(
        new StateError(`w: kept must be a whole number from 1 to 6; got ${kept}. It keeps 6 of 12 weights now.`),
      );
  });
});

describe("any change", () => {
  const scores = { dropScore: magnitude, growthScore: magnitude };
  const changes: MaskChange[] = [
    { kind: "prune", kept: 6, pattern: UNSTRUCTURED, score: magnitude, format: "csr" },
    { kind: "regrow", dropped: 1, grown: 1, ...scores, pattern: UNSTRUCTURED, format: "csr" },
    { kind: "reformat", format: "csr" },
  ];

  test.each(changes)("is refused, and changes nothing, where CSR has no room for it: $kind", (change) => {
    const weight = firstKept(6, "dense", 5);
    const { parameter, pruner } = weight;
    expect(() => changeMask(pruner, parameter, change, momentAt(1))).toThrow(
      new StateError("w: nonzeros in csr must be at most 5; got 6. Plan a larger csrCapacity."),
    );
    checkWeight(weight, change.kind);
  });

  test.each([...changes, { kind: "densify" } as const])("is refused for a weight without a mask: $kind", (change) => {
    const { parameter, pruner } = openWeight({ rows: 3, cols: 4, isPruned: false });
    const dense = "format" in change ? { ...change, kept: 12, grown: 1, format: "dense" as const } : change;
    expect(() => changeMask(pruner, parameter, dense, momentAt(1))).toThrow(
      new StateError("w: isPruned must be true for a mask to change; got false. Plan it with a mask."),
    );
  });

  test("with the same kept weights leaves every bit where it is", () => {
    for (const format of FORMATS) {
      const weight = firstKept(6, format);
      const { parameter, pruner } = weight;
      const slab = () => new Uint8Array(pruner.memory.buffer, parameter.value.address, parameter.slabBytes).slice();
      const before = slab();
      reformat(pruner, parameter, format);
      prune(pruner, parameter, { kept: 6, pattern: UNSTRUCTURED, score: magnitude, format }, momentAt(1));
      expect(slab(), format).toEqual(before);
    }
  });

  test("densify is the same from either format", () => {
    const [dense, csr] = FORMATS.map((format) => {
      const { parameter, pruner } = firstKept(6, format);
      densify(pruner, parameter);
      return [
        parameter.format,
        parameter.nonzeros,
        ...parameter.plan.planes.map((p) => readDense(pruner, parameter, p)),
      ];
    });
    expect(dense).toEqual(csr);
  });
});
