import { describe, expect, it } from "vitest";
import { normReferences } from "../../src/kernels/reference/norm.ts";
import { TILE } from "../../src/kernels/registry.ts";
import { checkKernel, EPSILON, noise } from "./contract.ts";
import { dot, expectGradient } from "./differences.ts";
import { describeBuilds } from "./module.ts";

const shapes = [1, 3, 4, 5, 8, 31, 32, 33, 64, 96].flatMap((features) =>
  [1, 2, 5].map((tiles) => ({ features, tiles })),
);
const epsilon = Math.fround(1e-5);
const largest = (values: Iterable<number>) => Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

interface Inputs {
  readonly label: string;
  readonly features: number;
  readonly tiles: number;
  readonly x: Float32Array;
  readonly gain: Float32Array;
  readonly bias: Float32Array;
  readonly dy: Float32Array;
}

/** Signed data; tokens of odd lanes lie far from 0, where a one-pass variance would cancel; lane 7 is constant. */
function inputsOf(features: number, tiles: number, seed: number): Inputs {
  const length = tiles * features * TILE;
  const x = noise(length, seed).map((v, i) => (i % TILE === 7 ? 0.5 : i % 2 === 1 ? v + 20 : v));
  const [gain, bias, dy] = [noise(features, seed + 1), noise(features, seed + 2), noise(length, seed + 3)];
  return { label: `features=${features}, tiles=${tiles}, seed=${seed}`, features, tiles, x, gain, bias, dy };
}

/** The statistics of the f64 forward, rounded, and the sizes that the rounding bounds are made of. */
function statisticsOf(kind: "layernorm" | "rmsnorm", { x, gain, bias, dy, features, tiles }: Inputs) {
  const isLayer = kind === "layernorm";
  const stats = new Float64Array(tiles * (isLayer ? 2 : 1) * TILE);
  const [wideX, wideGain, y] = [Float64Array.from(x), Float64Array.from(gain), new Float64Array(x.length)];
  const common = { x: wideX, gain: wideGain, y, stats, features, epsilon };
  if (isLayer) normReferences.f32_layernorm(0, tiles, { ...common, bias: Float64Array.from(bias) });
  else normReferences.f32_rmsnorm(0, tiles, common);
  const rstd = largest(isLayer ? stats.filter((_, i) => Math.floor(i / TILE) % 2 === 1) : stats);
  return { stats: Float32Array.from(stats), rstd, scale: largest(x), g: largest(gain) * largest(dy) };
}

describeBuilds((module) => {
  describe.each(shapes)("norms of $features features, $tiles tiles", ({ features, tiles }) => {
    const inputs = inputsOf(features, tiles, 100 * features + tiles);
    const { label, x, gain, bias, dy } = inputs;
    const [y, dx] = [new Float32Array(x.length), new Float32Array(x.length)];

    it.each(["layernorm", "rmsnorm"] as const)("%s equals the reference within its rounding bound", (kind) => {
      const { stats, rstd, scale } = statisticsOf(kind, inputs);
      // The mean errs by F·ε·max|x|, which rstd magnifies; sums of F squares and a root make (F + 8)·ε relative.
      const relative = (features + 8) * EPSILON;
      const tolerance = { relative, absolute: relative * scale * Math.max(1, rstd) };
      const args = { x, gain, y, stats, features, epsilon };
      if (kind === "layernorm")
        checkKernel(module, "f32_layernorm", { label, extent: tiles, tolerance, args: { ...args, bias } });
      else checkKernel(module, "f32_rmsnorm", { label, extent: tiles, tolerance, args });
    });

    it.each(["layernorm", "rmsnorm"] as const)("%s_dx equals the reference, with and without addend", (kind) => {
      const { stats, rstd, scale, g } = statisticsOf(kind, inputs);
      // |x̂| ≤ X = 2·max|x|·rstd; the two means of F products err by (F + 4)·ε·G and (F + 4)·ε·G·X, the latter times x̂ again.
      const normalized = Math.min(2 * scale * rstd, 2 * Math.sqrt(features));
      const cancellation = 4 * EPSILON * scale * rstd;
      const absolute = rstd * g * (1 + normalized) ** 2 * ((features + 8) * EPSILON + cancellation) + 2 * EPSILON;
      for (const addend of [null, noise(x.length, 9)])
        checkKernel(module, kind === "layernorm" ? "f32_layernorm_dx" : "f32_rmsnorm_dx", {
          label: `${label}, addend=${addend !== null}`,
          extent: tiles,
          tolerance: { relative: 4 * EPSILON, absolute },
          args: { x, gain, stats, dy, addend, dx, features },
        });
    });

    it("parameter gradients equal the reference: sums of 32·tiles products, 8·tiles of them in a row", () => {
      const args = { dy, dgain: new Float32Array(features), features, numTiles: tiles };
      const toleranceOf = (kind: "layernorm" | "rmsnorm") => {
        const { scale, rstd } = statisticsOf(kind, inputs);
        return { relative: 0, absolute: (8 * tiles + 8) * EPSILON * 32 * tiles * 2 * scale * rstd };
      };
      const layer = { ...args, x, stats: statisticsOf("layernorm", inputs).stats, dbias: new Float32Array(features) };
      const rms = { ...args, x, stats: statisticsOf("rmsnorm", inputs).stats };
      const call = { label, extent: features };
      checkKernel(module, "f32_layernorm_dparams", { ...call, tolerance: toleranceOf("layernorm"), args: layer });
      checkKernel(module, "f32_rmsnorm_dgain", { ...call, tolerance: toleranceOf("rmsnorm"), args: rms });
    });
  });
});

describe("gradients of the norm references", () => {
  const features = 5;
  /** Every token's values differ by about 1, so that its curvature is about 1 too. */
  const wide = (length: number, seed: number) => Float64Array.from(noise(length, seed), (v, i) => v + (i % 7) / 3);
  const [x, gain, bias, dy] = [wide(5 * TILE, 1), wide(5, 2), wide(5, 3), wide(5 * TILE, 4)];
  const [y, dx, dgain, dbias] = [
    new Float64Array(5 * TILE),
    new Float64Array(5 * TILE),
    new Float64Array(5),
    new Float64Array(5),
  ];

  it("layernorm's are the central differences", () => {
    const stats = new Float64Array(2 * TILE);
    const loss = () => {
      normReferences.f32_layernorm(0, 1, { x, gain, bias, y, stats, features, epsilon });
      return dot(dy, y);
    };
    loss();
    normReferences.f32_layernorm_dx(0, 1, { x, gain, stats, dy, addend: null, dx, features });
    normReferences.f32_layernorm_dparams(0, features, { x, stats, dy, dgain, dbias, features, numTiles: 1 });
    expectGradient("layernorm x, seed=1", loss, x, dx);
    expectGradient("layernorm gain, seed=1", loss, gain, dgain);
    expectGradient("layernorm bias, seed=1", loss, bias, dbias);
  });

  it("rmsnorm's are the central differences", () => {
    const stats = new Float64Array(TILE);
    const loss = () => {
      normReferences.f32_rmsnorm(0, 1, { x, gain, y, stats, features, epsilon });
      return dot(dy, y);
    };
    loss();
    normReferences.f32_rmsnorm_dx(0, 1, { x, gain, stats, dy, addend: null, dx, features });
    normReferences.f32_rmsnorm_dgain(0, features, { x, stats, dy, dgain, features, numTiles: 1 });
    expectGradient("rmsnorm x, seed=1", loss, x, dx);
    expectGradient("rmsnorm gain, seed=1", loss, gain, dgain);
  });

  it("the addend is added to dx, not overwritten by it", () => {
    const [stats, addend, sum] = [wide(2 * TILE, 5), wide(5 * TILE, 6), new Float64Array(5 * TILE)];
    normReferences.f32_layernorm_dx(0, 1, { x, gain, stats, dy, addend: null, dx, features });
    normReferences.f32_layernorm_dx(0, 1, { x, gain, stats, dy, addend, dx: sum, features });
    for (let i = 0; i < sum.length; i++) expect(sum[i]).toBeCloseTo(dx[i]! + addend[i]!, 12);
  });
});
