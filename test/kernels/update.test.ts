import { describe, expect, it } from "vitest";
import { PARTIAL_CHUNK } from "../../src/kernels/registry.ts";
import { callKernel } from "./call.ts";
import { checkKernel, EPSILON, noise, randomMask } from "./contract.ts";
import { describeBuilds } from "./module.ts";

/** Around the vector, the grain of elements and the chunk of partial sums. */
const counts = [1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 64, 255, 256, 257, 513, 4095, 4096, 4097, 8192, 9999];
const chunksOf = (count: number) => Math.ceil(count / PARTIAL_CHUNK);
const scale = Float32Array.of(0.75, 3);
/** Second moments between .01 and 1.01, so that no step is ill-conditioned. */
const secondMoments = (count: number, seed: number) => noise(count, seed).map((x) => x * x + 0.01);

/** One rounding to f32 of a value right to f64's accuracy. */
const rounded = { relative: EPSILON * 1.001, absolute: 0 };

/** Runs `check` without a mask and with masks of each sparsity. */
function eachMask(count: number, check: (mask: Uint8Array | null, label: string) => void): void {
  check(null, `count=${count}, no mask, seed=${count}`);
  for (const sparsity of [0, 0.5, 0.9, 1])
    check(randomMask(count, sparsity, count), `count=${count}, S=${sparsity}, seed=${count}`);
}

describeBuilds((module) => {
  describe.each(counts)("updates of %i weights", (count) => {
    const [w, grad] = [noise(count, count), noise(count, count + 1)];

    it("adamw equals the reference", () =>
      eachMask(count, (mask, label) => {
        const [m, v] = [noise(count, count + 2), secondMoments(count, count + 3)];
        const hyper = Float32Array.of(0.1, 1 / (1 - 0.9 ** 3), 1 / (1 - 0.95 ** 3), 0);
        checkKernel(module, "f32_adamw", {
          label,
          extent: count,
          // |m̂| ≤ 3.7 with error 4ε and √v̂ ≥ .25 with relative error 4ε: the step, at most 15, errs by 150ε; lr is .1
          tolerance: { relative: 0, absolute: 32 * EPSILON },
          args: { w, grad, m, v, mask, scale, hyper, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1 },
        });
      }));

    it("sgd equals the reference", () =>
      eachMask(count, (mask, label) => {
        const hyper = Float32Array.of(0.5, 0, 0, 0);
        checkKernel(module, "f32_sgd", {
          label,
          extent: count,
          // |m| ≤ 1.65 through 3 roundings, then half of it and |w| ≤ 2 through 2 more
          tolerance: { relative: 0, absolute: 8 * EPSILON },
          args: { w, grad, m: noise(count, count + 2), mask, scale, hyper, momentum: 0.9 },
        });
      }));

    it("adafactor's moment and step sizes equal the reference", () =>
      eachMask(count, (mask, label) => {
        const hyper = Float32Array.of(0.01, 0.9, 0, 0);
        const [v, partials] = [secondMoments(count, count + 3), new Float64Array(2 * chunksOf(count))];
        checkKernel(module, "f32_adafactor_moment", {
          label,
          extent: chunksOf(count),
          // all terms positive: v within 5 roundings, u within 6, u² within 12
          tolerance: { relative: 16 * EPSILON, absolute: 0 },
          args: { w, grad, v, mask, scale, hyper, epsilon: 1e-30, count, partials },
        });
        checkKernel(module, "f32_adafactor_apply", {
          label,
          extent: count,
          // one product below .5 and one difference below 2
          tolerance: { relative: 0, absolute: 3 * EPSILON },
          args: { w, update: grad, mask, step: Float32Array.of(0.4) },
        });
      }));

    it("clip_elements brings every element into the limits and no other, NaN apart", () => {
      const exact = { relative: 0, absolute: 0 };
      for (const limit of [0.25, 1, 100])
        checkKernel(module, "f32_clip_elements", {
          label: `count=${count}, limit=${limit}`,
          extent: count,
          tolerance: exact,
          args: { x: grad, limit },
        });
    });

    it("square_sum equals the reference to f64's accuracy, of all and of what a mask keeps", () =>
      eachMask(count, (mask, label) =>
        checkKernel(module, "f32_square_sum", {
          label,
          extent: chunksOf(count),
          // exact squares, at most a chunk of positive terms
          tolerance: { relative: PARTIAL_CHUNK * 2 ** -53, absolute: 0 },
          args: { x: w, mask, count, partials: new Float64Array(chunksOf(count)) },
        }),
      ));
  });

  describe("clip_scale", () => {
    const clipped = (partials: number[], clipNorm: number) => ({
      label: `partials=${partials}, clipNorm=${clipNorm}`,
      extent: 1,
      tolerance: rounded,
      args: { partials: Float64Array.from(partials), count: partials.length, clipNorm, scale: new Float32Array(2) },
    });

    it.each([
      [[4], 1],
      [[4, 5, 1e-9], 1],
      [[0.25], 1],
      [[0, 0], 1],
      [[1e30, 2], 0.1],
      [[9, 16], Number.POSITIVE_INFINITY],
      [[Number.NaN, 1], 1],
    ])("of partials %j under %d equals the reference", (partials, clipNorm) => {
      checkKernel(module, "f32_clip_scale", clipped(partials, clipNorm));
    });

    it("leaves a gradient of zeros as it is", () => {
      const { extent, args } = clipped([0], 1);
      callKernel(module, "f32_clip_scale", { extent, args });
      expect([...args.scale]).toEqual([1, 0]);
    });

    it("writes nothing in a thread without a part", () => {
      const { extent, args } = clipped([4], 1);
      callKernel(module, "f32_clip_scale", { extent, args }, [1, 1]);
      expect([...args.scale]).toEqual([0, 0]);
    });
  });

  describe("adafactor_step", () => {
    const stepOf = (partials: number[], nonzeros: number) => ({
      label: `partials=${partials}, nonzeros=${nonzeros}`,
      extent: 1,
      tolerance: rounded,
      args: {
        partials: Float64Array.from(partials),
        chunks: partials.length / 2,
        nonzeros,
        hyper: Float32Array.of(0.01, 0.99, 0, 0),
        minScale: 1e-3,
        clipThreshold: 1,
        step: new Float32Array(1),
      },
    });

    it.each([
      { partials: [400, 4], nonzeros: 100 },
      { partials: [1, 4, 2, 5], nonzeros: 100 },
      { partials: [0, 0], nonzeros: 5 },
      { partials: [1e9, 1e-12, 1, 1e-12, 3, 0], nonzeros: 7 },
    ])("of partials $partials over $nonzeros weights equals the reference", ({ partials, nonzeros }) => {
      checkKernel(module, "f32_adafactor_step", stepOf(partials, nonzeros));
    });

    it("writes nothing in a thread without a part", () => {
      const { extent, args } = stepOf([400, 4], 100);
      callKernel(module, "f32_adafactor_step", { extent, args }, [1, 1]);
      expect([...args.step]).toEqual([0]);
    });
  });

  describe("a masked weight", () => {
    it("becomes 0 with its moments, even where they are NaN or infinite", () => {
      const bad = () => Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, -1, 2);
      const [w, grad, m, v] = [bad(), bad(), bad(), bad()];
      const hyper = Float32Array.of(0.1, 1, 1, 0);
      const betas = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1 };
      callKernel(module, "f32_adamw", {
        extent: 5,
        args: { w, grad, m, v, mask: new Uint8Array(5), scale, hyper, ...betas },
      });
      for (const plane of [w, m, v]) expect(plane).toEqual(new Float32Array(5));
    });
  });
});
