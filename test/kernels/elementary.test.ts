import { describe, expect, it } from "vitest";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { checkKernel, noise } from "./contract.ts";
import { describeBuilds, strictModule } from "./module.ts";

const lengths = [1, 2, 3, 4, 5, 31, 255, 256, 257, 1031];
/** One ulp of y is at most 2⁻²³·|y|. */
const ulps = (n: number) => ({ relative: n * 2 ** -23, absolute: 0 });
/** Magnitudes from 10^low to 10^high, evenly in the exponent. */
const magnitudes = (length: number, low: number, high: number) =>
  Float32Array.from({ length }, (_, i) => 10 ** (low + ((high - low) * i) / length));

function check(
  module: WebAssembly.Module,
  name: "f32_exp" | "f32_exp2" | "f32_log" | "f32_tanh",
  label: string,
  x: Float32Array,
  maxUlps: number,
) {
  const args = { x, y: new Float32Array(x.length) };
  checkKernel(module, name, {
    label: `${label}, length=${x.length}`,
    extent: x.length,
    args,
    tolerance: ulps(maxUlps),
  });
}

describeBuilds((module) => {
  describe("elementary functions", () => {
    it("exp errs by at most 1.5 ulp from −87.3 to 88.7, is 0 below and saturates above", () => {
      for (const length of lengths) {
        check(module, "f32_exp", "±1, seed=1", noise(length, 1), 1.5);
        check(
          module,
          "f32_exp",
          "±100, seed=2",
          noise(length, 2).map((x) => 100 * x),
          1.5,
        );
      }
      check(
        module,
        "f32_exp",
        "sweep",
        Float32Array.from({ length: 40_000 }, (_, i) => -87.3 + (i * 176) / 40_000),
        1.5,
      );
      check(
        module,
        "f32_exp",
        "masked scores",
        Float32Array.of(-Infinity, -3e38, -1e30, -87.4, 0, 88.7, 89, 3e38, Infinity),
        1.5,
      );
    });

    it("exp2 errs by at most 1 ulp from −126 to 126 and is clamped beyond", () => {
      for (const length of lengths) check(module, "f32_exp2", "±1, seed=6", noise(length, 6), 1);
      const sweep = Float32Array.from({ length: 40_000 }, (_, i) => -127 + (i * 254) / 40_000);
      check(module, "f32_exp2", "sweep", sweep, 1);
      check(module, "f32_exp2", "far", Float32Array.of(-Infinity, -3e38, -126, -0.5, 0, 0.5, 126, 3e38, Infinity), 1);
    });

    it("tanh errs by at most 3 ulp, near 0 as well as where it is 1", () => {
      for (const length of lengths) check(module, "f32_tanh", "±1, seed=3", noise(length, 3), 3);
      check(
        module,
        "f32_tanh",
        "sweep",
        Float32Array.from({ length: 40_000 }, (_, i) => -10 + (i * 20) / 40_000),
        3,
      );
      check(module, "f32_tanh", "small", magnitudes(20_000, -37, 0), 3);
      check(module, "f32_tanh", "large", Float32Array.of(0, 9, 9.1, 9.2, 100, 3e38, Infinity, -Infinity), 3);
    });

    it("log errs by at most 1.5 ulp over the positive normal numbers", () => {
      for (const length of lengths)
        check(
          module,
          "f32_log",
          "(0, 1], seed=4",
          noise(length, 4).map((x) => Math.abs(x) || 1),
          1.5,
        );
      check(module, "f32_log", "sweep", magnitudes(40_000, -37.9, 38.5), 1.5);
      check(
        module,
        "f32_log",
        "near 1",
        Float32Array.from({ length: 20_001 }, (_, i) => 1 + (i - 10_000) * 2 ** -23),
        1.5,
      );
    });

    it("tanh is odd, bit for bit, and exp and tanh let NaN through", () => {
      const x = noise(300, 5).map((v) => 8 * v);
      expect(
        run(
          module,
          "f32_tanh",
          x.map((v) => -v),
        ),
      ).toEqual(run(module, "f32_tanh", x).map((y) => -y));
      expect(run(module, "f32_exp", Float32Array.of(1, Number.NaN, 2))[1]).toBeNaN();
      expect(run(module, "f32_tanh", Float32Array.of(1, Number.NaN, 2))[1]).toBeNaN();
    });
  });
});

describe("elementary functions, strict build only, since relaxed fuses where the machine can", () => {
  it("give on every machine the bits they gave where these hashes were taken (x86-64, Node 24)", () => {
    const x = noise(4096, 6).map((v) => 20 * v);
    expect(hashOf(run(strictModule, "f32_exp", x))).toBe(3289451131);
    expect(hashOf(run(strictModule, "f32_tanh", x))).toBe(3677443758);
    expect(
      hashOf(
        run(
          strictModule,
          "f32_log",
          x.map((v) => Math.abs(v) || 1),
        ),
      ),
    ).toBe(168611907);
  });
});

/** The outputs of a kernel called on its own, in place. */
function run(module: WebAssembly.Module, name: "f32_exp" | "f32_log" | "f32_tanh", input: Float32Array): Float32Array {
  const memory = createMemory(65536);
  const floats = new Float32Array(memory.buffer, SYSTEM_BYTES, input.length);
  floats.set(input);
  instantiateKernels(module, memory)[name](0, input.length, SYSTEM_BYTES, SYSTEM_BYTES);
  return floats.slice();
}

/** FNV-1a over the words of an array. */
function hashOf(values: Float32Array): number {
  return new Uint32Array(values.buffer).reduce((hash, word) => Math.imul(hash ^ word, 16777619) >>> 0, 2166136261);
}
