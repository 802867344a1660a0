import { describe, it } from "vitest";
import { activationReferences } from "../../src/kernels/reference/activation.ts";
import { TILE } from "../../src/kernels/registry.ts";
import { checkKernel, EPSILON, noise } from "./contract.ts";
import { dot, expectGradient } from "./differences.ts";
import { describeBuilds } from "./module.ts";

/*
 * e = exp(−2u) has the relative error (4·|2u| + 2)·ε: the roundings of its argument and of exp. With s = 1/(1 + e),
 * |x·s·(1 − s)·2u| < .7 and |x·2u′·s·(1 − s)·2u| < 2 for all x, so that for |dy|, |value| ≤ 1:
 */
const valueTolerance = { relative: 6 * EPSILON, absolute: 4 * EPSILON };
const slopeTolerance = { relative: 12 * EPSILON, absolute: 16 * EPSILON };

/** All four kernels on the same gates. */
function check(module: WebAssembly.Module, label: string, gate: Float32Array, tiles: number): void {
  const features = gate.length / tiles / TILE;
  const [value, dy] = [noise(gate.length, 2), noise(gate.length, 3)];
  const out = () => new Float32Array(gate.length);
  const common = { label: `${label}, features=${features}, tiles=${tiles}`, extent: tiles };
  const forward = { ...common, tolerance: valueTolerance };
  const backward = { ...common, tolerance: slopeTolerance };
  checkKernel(module, "f32_gelu", { ...forward, args: { x: gate, y: out(), features } });
  checkKernel(module, "f32_gelu_backward", { ...backward, args: { x: gate, dy, dx: out(), features } });
  checkKernel(module, "f32_geglu", { ...forward, args: { gate, value, y: out(), features } });
  const gradients = { dGate: out(), dValue: out() };
  checkKernel(module, "f32_geglu_backward", { ...backward, args: { gate, value, dy, ...gradients, features } });
}

describeBuilds((module) => {
  describe("GELU and gated GELU, forward and backward", () => {
    it.each([1, 3, 4, 5, 8, 31, 32, 33, 64])("equal the reference on %i features of 1 and 5 tiles", (features) => {
      for (const tiles of [1, 5]) {
        const gate = noise(tiles * features * TILE, features).map((v) => 4 * v);
        check(module, `±4, seed=${features}`, gate, tiles);
      }
    });

    it("equal the reference from −12 to 12 and are 0 or x beyond", () => {
      const sweep = Float32Array.from({ length: 64 * TILE }, (_, i) => -12 + (24 * i) / (64 * TILE));
      check(module, "sweep", sweep, 1);
      const far = Float32Array.from({ length: TILE }, (_, i) => (i % 2 === 0 ? -1 : 1) * 10 ** (i / 4 - 4));
      check(module, "far and near 0", far, 1);
    });
  });
});

describe("gradients", () => {
  const length = 2 * TILE;
  const wide = (seed: number, scale: number) => Float64Array.from(noise(length, seed), (v) => scale * v);
  const [gate, value, dy] = [wide(1, 3), wide(2, 1), wide(3, 1)];
  const sizes = { features: 2 };

  it("of gelu", () => {
    const [y, dx] = [new Float64Array(length), new Float64Array(length)];
    activationReferences.f32_gelu_backward(0, 1, { x: gate, dy, dx, ...sizes });
    const loss = () => {
      activationReferences.f32_gelu(0, 1, { x: gate, y, ...sizes });
      return dot(dy, y);
    };
    expectGradient("dx", loss, gate, dx);
  });

  it("of gated gelu", () => {
    const [y, dGate, dValue] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
    activationReferences.f32_geglu_backward(0, 1, { gate, value, dy, dGate, dValue, ...sizes });
    const loss = () => {
      activationReferences.f32_geglu(0, 1, { gate, value, y, ...sizes });
      return dot(dy, y);
    };
    expectGradient("dGate", loss, gate, dGate);
    expectGradient("dValue", loss, value, dValue);
  });
});
