import { describe, expect, it } from "vitest";
import { attentionReferences } from "../../src/kernels/reference/attention.ts";
import { TILE } from "../../src/kernels/registry.ts";
import { checkKernel, EPSILON, type KernelCase, noise } from "./contract.ts";
import { dot, expectGradient } from "./differences.ts";
import { describeBuilds } from "./module.ts";

interface Shape {
  readonly batch: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly seqLen: number;
  readonly causal: number;
}

const headDims = [1, 3, 4, 5, 8, 31, 32, 33, 64];
const seqLens = [1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 96];
/** Every head width and every length, each with several of the other, causal and not; narrow heads also by the batch. */
const shapes: Shape[] = headDims.flatMap((headDim, i) =>
  seqLens
    .filter((_, j) => (i + j) % 4 === 0 || headDim === 5)
    .flatMap((seqLen, j) => {
      const isNarrow = headDim <= 8;
      return [0, 1].map((causal) => ({
        batch: isNarrow ? 1 + (j % 2) : 1,
        numHeads: 1 + (isNarrow ? i % 3 : j % 2),
        headDim,
        seqLen,
        causal,
      }));
    }),
);

const largest = (values: Float64Array) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Seeded inputs with the forward's f64 outputs, and dO 0 at padding, as training has it. */
function inputsOf(shape: Shape, seed: number, sharpness = 1) {
  const { batch, numHeads, headDim, seqLen } = shape;
  const seqTiles = Math.ceil(seqLen / TILE);
  const length = batch * seqTiles * numHeads * headDim * TILE;
  const placeOf = (i: number) => (Math.floor(i / (TILE * numHeads * headDim)) % seqTiles) * TILE + (i % TILE);
  const wide = (offset: number) => Float64Array.from(noise(length, seed + offset));
  return {
    q: wide(0).map((x) => x * sharpness),
    k: wide(1),
    v: wide(2),
    dO: wide(3).map((x, i) => (placeOf(i) < seqLen ? x : 0)),
    o: new Float64Array(length),
    lse: new Float64Array(batch * numHeads * seqTiles * TILE),
    length,
    placeOf,
    dims: { numHeads, headDim, seqTiles, seqLen, causal: shape.causal, scale: Math.fround(1 / Math.sqrt(headDim)) },
    label: `${JSON.stringify(shape)}, seed=${seed}, sharpness=${sharpness}`,
    pairs: batch * numHeads,
  };
}

type Inputs = ReturnType<typeof inputsOf>;

function runForward({ q, k, v, o, lse, dims, pairs }: Inputs) {
  attentionReferences.f32_attention(0, pairs, { q, k, v, o, lse, ...dims });
}

function runBackward(inputs: Inputs, dO = inputs.dO) {
  const { q, k, v, o, lse, dims, pairs, length } = inputs;
  const [dq, dk, dv] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  attentionReferences.f32_attention_backward(0, pairs, { q, k, v, o, lse, dO, dq, dk, dv, ...dims });
  return { dq, dk, dv };
}

/** √headDim·max|x|, at least the length of any token's head. */
const lengthBound = (x: Float64Array, { dims }: Inputs) => Math.sqrt(dims.headDim) * largest(x);

/**
 * A logit is at most L = scale·‖q‖·‖k‖ and errs by (headDim + 4)·ε·L; e^x and its shift add 4·ε·(L + 1), a sum over the keys
 * places·ε: together the relative error of a probability.
 */
function probabilityError(inputs: Inputs): number {
  const { headDim, seqTiles, scale } = inputs.dims;
  const logit = scale * lengthBound(inputs.q, inputs) * lengthBound(inputs.k, inputs);
  return EPSILON * ((headDim + 8) * logit + seqTiles * TILE + 8);
}

function forwardCase(inputs: Inputs): KernelCase<"f32_attention"> {
  const { q, k, v, o, lse, dims, pairs, label } = inputs;
  const f32 = (x: Float64Array) => Float32Array.from(x);
  const scratch = { bytes: (dims.seqTiles * TILE + 1) * 128 };
  // o is a mean of v with weights of that error; so is lse's logarithm.
  const error = 2 * probabilityError(inputs);
  return {
    label,
    extent: pairs,
    tolerance: { relative: 4 * EPSILON, absolute: error * Math.max(1, largest(v)) },
    args: { q: f32(q), k: f32(k), v: f32(v), o: f32(o), lse: f32(lse), ...dims, scratch },
  };
}

function backwardCase(inputs: Inputs): KernelCase<"f32_attention_backward"> {
  runForward(inputs);
  const { q, k, v, o, lse, dO, dims, pairs, label, length } = inputs;
  const f32 = (x: Float64Array) => Float32Array.from(x);
  const out = () => new Float32Array(length);
  // With dO = 1, dV is Σ_query P. dScore = scale·P·(dP − delta), both at most ‖v‖·‖dO‖, each with headDim·ε of its own; lse and o
  // come rounded, at most ε·L for lse.
  const reach = largest(runBackward(inputs, new Float64Array(length).fill(1)).dv);
  const perScore = 2 * lengthBound(v, inputs) * lengthBound(dO, inputs) * dims.scale;
  const error = 2 * probabilityError(inputs) + (dims.headDim + dims.seqTiles * TILE) * EPSILON;
  const absolute = error * Math.max(1, reach) * Math.max(largest(dO), perScore * Math.max(largest(q), largest(k)));
  return {
    label,
    extent: pairs,
    tolerance: { relative: 4 * EPSILON, absolute },
    args: {
      ...{ q: f32(q), k: f32(k), v: f32(v), o: f32(o), lse: f32(lse), dO: f32(dO), dq: out(), dk: out(), dv: out() },
      ...dims,
      scratch: { bytes: (4 * TILE + dims.seqTiles) * 128 },
    },
  };
}

describeBuilds((module) => {
  describe.each(headDims)("attention with heads of %i", (headDim) => {
    const own = shapes.filter((shape) => shape.headDim === headDim);

    it("equals the f64 reference forward", () => {
      for (const [seed, shape] of own.entries())
        checkKernel(module, "f32_attention", forwardCase(inputsOf(shape, seed)));
    });

    it("equals the f64 reference backward", () => {
      for (const [seed, shape] of own.entries())
        checkKernel(module, "f32_attention_backward", backwardCase(inputsOf(shape, seed)));
    });
  });

  describe("attention", () => {
    const shape: Shape = { batch: 2, numHeads: 2, headDim: 5, seqLen: 37, causal: 1 };

    it("keeps its accuracy where one key takes nearly all the weight", () => {
      for (const causal of [0, 1]) {
        checkKernel(module, "f32_attention", forwardCase(inputsOf({ ...shape, causal }, 11, 60)));
        checkKernel(module, "f32_attention_backward", backwardCase(inputsOf({ ...shape, causal }, 12, 60)));
      }
    });

    it.each([0, 1])("lets padding queries, whatever they hold, add nothing to dK and dV (causal %i)", (causal) => {
      const clean = inputsOf({ ...shape, causal }, 13);
      const atPadding = (x: Float64Array, value: number) =>
        x.map((y, i) => (clean.placeOf(i) < shape.seqLen ? y : value));
      const dirty = { ...clean, q: atPadding(clean.q, 9), dO: atPadding(clean.dO, -7) };
      runForward(clean);
      runForward(dirty);
      const [expected, actual] = [runBackward(clean), runBackward(dirty)];
      expect(actual).toEqual(expected);
      expect(actual.dq.filter((_, i) => clean.placeOf(i) >= shape.seqLen).every((x) => x === 0)).toBe(true);
      checkKernel(module, "f32_attention_backward", backwardCase(dirty));
    });
  });
});

describe("gradients of the attention reference", () => {
  it.each([
    { batch: 1, numHeads: 2, headDim: 3, seqLen: 6, causal: 1 },
    { batch: 1, numHeads: 1, headDim: 2, seqLen: 34, causal: 1 },
    { batch: 1, numHeads: 1, headDim: 2, seqLen: 33, causal: 0 },
  ])("are the central differences: %o", (shape) => {
    const inputs = inputsOf(shape, 21, 2);
    const loss = () => {
      runForward(inputs);
      return dot(inputs.dO, inputs.o);
    };
    loss();
    const { dq, dk, dv } = runBackward(inputs);
    expectGradient(`${inputs.label}: q`, loss, inputs.q, dq);
    expectGradient(`${inputs.label}: k`, loss, inputs.k, dk);
    expectGradient(`${inputs.label}: v`, loss, inputs.v, dv);
  });
});
