import { describe, expect, it } from "vitest";
import { TOPK_SCRATCH } from "../../src/kernels/registry.ts";
import { callKernel } from "./call.ts";
import { checkKernel, noise, randomMask } from "./contract.ts";
import { describeBuilds } from "./module.ts";

const exact = { relative: 0, absolute: 0 };
const scratch = { bytes: TOPK_SCRATCH };
const patterns = [
  [1, 2],
  [2, 4],
  [4, 8],
  [1, 4],
  [2, 8],
  [1, 8],
  [3, 5],
] as const;

function checkTopK(module: WebAssembly.Module, label: string, scores: Float32Array): void {
  const count = scores.length;
  for (const topK of new Set([0, 1, 2, count >> 2, count >> 1, count - 1, count].filter((k) => k >= 0 && k <= count)))
    checkKernel(module, "u8_topk_magnitude", {
      label: `${label}, count=${count}, topK=${topK}`,
      extent: 1,
      tolerance: exact,
      args: { scores, count, topK, keep: new Uint8Array(count), scratch },
    });
}

describeBuilds((module) => {
  describe("top-k of magnitudes", () => {
    it.each([0, 1, 2, 3, 4, 5, 8, 31, 33, 64, 1000, 5000])("keeps exactly the k largest of %i", (count) => {
      for (const seed of [1, 2]) checkTopK(module, `seed=${seed}`, noise(count, seed));
    });

    it("breaks ties towards the lower index, whatever the signs", () => {
      checkTopK(module, "all equal", new Float32Array(100).fill(-0.25));
      checkTopK(
        module,
        "zeros of both signs",
        Float32Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? -0 : 0)),
      );
      checkTopK(
        module,
        "few values",
        Float32Array.from(noise(500, 3), (x) => Math.trunc(x * 4) / 4),
      );
    });

    it("tells neighbours in every digit of the key apart", () => {
      for (const step of [1, 1 << 10, 1 << 20]) {
        const bits = Int32Array.from({ length: 64 }, (_, i) => 0x3f000000 + step * ((i * 37) % 64));
        checkTopK(module, `step=${step}`, new Float32Array(bits.buffer));
      }
    });

    it("ranks NaN above infinity, both above all finite scores, and subnormals above zero", () => {
      const odd = [
        0,
        -1e-45,
        1e-40,
        -3e38,
        3e38,
        Number.NEGATIVE_INFINITY,
        1,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -1e-38,
      ];
      checkTopK(module, "odd", Float32Array.from([...odd, ...odd, ...odd]));
      const nans = new Float32Array(Int32Array.of(0x7fc00000, 0x7f800001, 0xffffffff, 0x3f800000).buffer);
      checkTopK(module, "NaNs of all payloads", nans);
    });

    it("writes nothing in a thread without a part", () => {
      const keep = new Uint8Array(9).fill(7);
      const args = { scores: noise(9, 1), count: 9, topK: 4, keep, scratch };
      callKernel(module, "u8_topk_magnitude", { extent: 1, args }, [1, 1]);
      expect(keep).toEqual(new Uint8Array(9).fill(7));
    });
  });

  describe.each(patterns)("%i:%i scores", (n, m) => {
    it("equal the reference, in whole and short groups and among equals", () => {
      for (const rows of [1, 3, 5])
        for (const cols of [1, 3, 4, 5, 8, 15, 16, 33, 64]) {
          const seed = 100 * rows + cols;
          const sources = {
            noise: noise(rows * cols, seed),
            coarse: noise(rows * cols, seed).map((x) => Math.trunc(x * 3)),
          };
          for (const [source, w] of Object.entries(sources))
            checkKernel(module, "f32_nm_scores", {
              label: `rows=${rows}, cols=${cols}, n=${n}, m=${m}, ${source}, seed=${seed}`,
              extent: rows,
              tolerance: exact,
              args: { w, rows, cols, n, m, scores: new Float32Array(rows * cols) },
            });
        }
    });

    it("have a top k of exactly n in each group, over the whole range of f32 and with zeros", () => {
      const [rows, cols] = [6, 10 * m];
      const count = rows * cols;
      const w = Float32Array.from(noise(count, n * m), (x, i) => (i % 7 === 0 ? 0 : x * 10 ** ((i % 60) - 30)));
      const scores = new Float32Array(count);
      const keep = new Uint8Array(count);
      callKernel(module, "f32_nm_scores", { extent: rows, args: { w, rows, cols, n, m, scores } });
      callKernel(module, "u8_topk_magnitude", {
        extent: 1,
        args: { scores, count, topK: (count / m) * n, keep, scratch },
      });
      for (let group = 0; group < count; group += m)
        expect(
          keep.subarray(group, group + m).reduce((sum, bit) => sum + bit, 0),
          `group at ${group}`,
        ).toBe(n);
    });
  });

  describe("apply_mask", () => {
    it.each([
      1, 3, 4, 5, 8, 31, 33, 255, 256, 257, 513, 1000,
    ])("keeps %i masked weights bit for bit and zeros the rest", (count) => {
      for (const sparsity of [0, 0.5, 0.9, 1])
        checkKernel(module, "f32_apply_mask", {
          label: `count=${count}, S=${sparsity}`,
          extent: count,
          tolerance: exact,
          args: { mask: randomMask(count, sparsity, count), w: noise(count, count + 1) },
        });
    });

    it("takes any byte but 0 for kept and zeros NaN", () => {
      const [mask, w] = [Uint8Array.of(2, 0, 255, 0, 128), Float32Array.of(1, Number.NaN, 3, -4, 5)];
      callKernel(module, "f32_apply_mask", { extent: 5, args: { mask, w } });
      expect(w).toEqual(Float32Array.of(1, 0, 3, 0, 5));
    });
  });
});
