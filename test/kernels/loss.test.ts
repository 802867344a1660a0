import { describe, expect, it } from "vitest";
import { createMemory, instantiateKernels, SYSTEM_BYTES } from "../../src/kernels/abi.ts";
import { lossReferences } from "../../src/kernels/reference/loss.ts";
import { at } from "../../src/kernels/reference/tiles.ts";
import { TILE } from "../../src/kernels/registry.ts";
import { checkKernel, EPSILON, noise } from "./contract.ts";
import { expectGradient } from "./differences.ts";
import { describeBuilds } from "./module.ts";

/** Labels over the classes, every fifth token not counted. */
const labelsOf = (tokens: number, classes: number) =>
  Int32Array.from({ length: tokens }, (_, t) => (t % 5 === 3 ? -1 : (t * 7) % classes));

/**
 * With logits in ±R a power errs by (6R + 2)·ε: its argument, at most 2R, is rounded three times. Their sum errs by
 * (classes + 6R + 2)·ε, and logZ absolutely by that and the rounding
 * of its own |logZ| ≤ R + ln classes.
 */
function check(
  module: WebAssembly.Module,
  kind: string,
  logits: Float32Array,
  classes: number,
  gradScale: number,
  zLoss: number,
): void {
  const tokens = logits.length / classes;
  const range = logits.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const logZ = range + Math.log(classes);
  const error = (classes + 6 * range + 4 + 2 * logZ) * EPSILON;
  const labels = labelsOf(tokens, classes);
  const label = `${kind}, classes=${classes}, tiles=${tokens / TILE}, gradScale=${gradScale}, zLoss=${zLoss}`;
  for (const dLogits of [null, new Float32Array(logits.length)]) {
    const gradientError = gradScale * (1 + 2 * zLoss * logZ) * 2 * error;
    checkKernel(module, "f32_cross_entropy", {
      label: `${label}, dLogits=${dLogits !== null}`,
      extent: tokens / TILE,
      tolerance: { relative: 0, absolute: dLogits ? Math.max(error, gradientError) : error },
      args: {
        logits,
        labels,
        losses: new Float32Array(tokens),
        hits: new Float32Array(tokens),
        dLogits,
        classes,
        gradScale,
        zLoss,
      },
    });
  }
}

describeBuilds((module) => {
  describe("cross-entropy", () => {
    it.each([
      1, 2, 3, 5, 8, 10, 31, 32, 33, 256, 257,
    ])("of %i classes equals the reference, with and without gradient", (classes) => {
      for (const tiles of [1, 3]) {
        const logits = noise(tiles * classes * TILE, classes).map((v) => 5 * v);
        check(module, `±5, seed=${classes}`, logits, classes, 1, 0);
        check(module, `±5, seed=${classes}`, logits, classes, 1, 0.01);
      }
    });

    it("stays exact for logits far apart and far from 0", () => {
      const logits = noise(2 * 33 * TILE, 1).map((v) => 60 * v + 40);
      check(module, "±60 + 40, seed=1", logits, 33, 1, 0);
    });

    it("counts a hit only where the label is the first of the largest logits", () => {
      check(
        module,
        "whole logits, seed=2",
        noise(4 * 9 * TILE, 2).map((v) => Math.round(2 * v)),
        9,
        1,
        0,
      );
      check(module, "equal logits", new Float32Array(3 * TILE), 3, 1, 0);
    });

    it("gives the same bits where the gradient overwrites the logits", () => {
      const [classes, tiles] = [19, 2];
      const logits = noise(tiles * classes * TILE, 3);
      const labels = labelsOf(tiles * TILE, classes);
      const run = (isInPlace: boolean) => {
        const memory = createMemory(65536);
        const logitsAt = SYSTEM_BYTES;
        const dLogitsAt = isInPlace ? logitsAt : logitsAt + logits.byteLength;
        const labelsAt = logitsAt + 2 * logits.byteLength;
        new Float32Array(memory.buffer, logitsAt).set(logits);
        new Int32Array(memory.buffer, labelsAt).set(labels);
        const [lossesAt, hitsAt] = [labelsAt + labels.byteLength, labelsAt + 2 * labels.byteLength];
        const { f32_cross_entropy } = instantiateKernels(module, memory);
        f32_cross_entropy(0, tiles, logitsAt, labelsAt, lossesAt, hitsAt, dLogitsAt, classes, 0.25, 1e-4);
        const read = (address: number, length: number) => Array.from(new Int32Array(memory.buffer, address, length));
        return [read(dLogitsAt, logits.length), read(lossesAt, labels.length), read(hitsAt, labels.length)];
      };
      expect(run(true)).toEqual(run(false));
    });

    it("shows a NaN among the logits in the loss of its token alone", () => {
      const classes = 5;
      const logits = noise(classes * TILE, 4);
      logits[at(6, 2, classes)] = Number.NaN;
      const memory = createMemory(65536);
      new Float32Array(memory.buffer, SYSTEM_BYTES).set(logits);
      const [labelsAt, lossesAt, hitsAt] = [1, 2, 3].map((i) => SYSTEM_BYTES + i * 8192) as [number, number, number];
      const { f32_cross_entropy } = instantiateKernels(module, memory);
      f32_cross_entropy(0, 1, SYSTEM_BYTES, labelsAt, lossesAt, hitsAt, 0, classes, 1, 0);
      const losses = Array.from(new Float32Array(memory.buffer, lossesAt, TILE));
      expect(losses.map((loss, t) => (Number.isNaN(loss) ? t : -1)).filter((t) => t >= 0)).toEqual([6]);
    });
  });

  describe("loss totals", () => {
    it.each([1, 2, 5, 33])("are the sums over %i tiles, in f64", (tiles) => {
      const labels = labelsOf(tiles * TILE, 7);
      const losses = noise(labels.length, tiles).map((v, t) => (labels[t]! < 0 ? 0 : Math.abs(v)));
      const hits = losses.map((v) => (v > 0.5 ? 1 : 0));
      checkKernel(module, "f64_loss_totals", {
        label: `tiles=${tiles}`,
        extent: 1,
        tolerance: { relative: 0, absolute: 0 },
        args: { losses, hits, labels, numTiles: tiles, totals: new Float64Array(3) },
      });
    });
  });
});

describe("the cross-entropy reference", () => {
  it("has the gradient of Σ gradScale·(loss + zLoss·logZ²) over the tokens that count", () => {
    const [classes, gradScale, zLoss] = [5, 0.7, 0.05];
    const logits = Float64Array.from(noise(classes * TILE, 5), (v) => 3 * v);
    const labels = labelsOf(TILE, classes);
    const [losses, hits] = [new Float64Array(TILE), new Float64Array(TILE)];
    const dLogits = new Float64Array(logits.length);
    const common = { logits, labels, losses, hits, classes, gradScale, zLoss };
    lossReferences.f32_cross_entropy(0, 1, { ...common, dLogits });
    const objective = () => {
      lossReferences.f32_cross_entropy(0, 1, { ...common, dLogits: null });
      return losses.reduce((sum, loss, t) => {
        if (labels[t]! < 0) return sum;
        const logZ = loss + logits[at(t, labels[t]!, classes)]!;
        return sum + gradScale * (loss + zLoss * logZ ** 2);
      }, 0);
    };
    expectGradient("dLogits", objective, logits, dLogits);
  });
});
