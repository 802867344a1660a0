import { expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { csrSizes } from "../../src/memory/csr.ts";
import { Parameter } from "../../src/memory/parameter.ts";
import { stagingFor } from "../../src/sparsity/staging.ts";

const SPEC = {
  name: "w",
  role: "block",
  isLinear: true,
  hasWeightDecay: true,
  initialDeviation: 1,
  initialMean: 0,
} as const;
const PLANES = ["value", "grad", "firstMoment", "secondMoment"];

test("the staging area is as large as its formula says, and no array leaves it", () => {
  for (const [rows, cols] of [
    [1, 1],
    [64, 256],
    [300, 1000],
  ] as const)
    for (const density of [undefined, 0, 0.05, 0.3, 1]) {
      const size = rows * cols;
      const csrCapacity = density === undefined ? undefined : Math.round(density * size);
      const parameter = new Parameter(
        new Arena(),
        { ...SPEC, rows, cols },
        { planes: PLANES, isPruned: true, csrCapacity },
      );
      const { rowPtr, offsets, values } = csrSizes({ rows, cols, nonzeros: csrCapacity ?? 0 });
      const moving = 4 * (rowPtr + offsets + PLANES.length * values);
      const staging = stagingFor(parameter, 4096);
      expect(staging.bytes).toBeGreaterThanOrEqual(8192 + 5 * size + Math.max(4 * size, moving));
      expect(staging.bytes).toBeLessThan(8192 + 5 * size + Math.max(4 * size, moving) + 9 * 64);
      const ends = [
        staging.mask + size,
        staging.histogram + 8192,
        staging.dense + 4 * size,
        staging.scores + 4 * size,
        staging.rowPtr + 4 * rowPtr,
        staging.offsets + 4 * offsets,
        staging.planes + PLANES.length * staging.planeStride,
      ];
      expect(Math.max(...ends)).toBeLessThanOrEqual(4096 + staging.bytes);
    }
});
