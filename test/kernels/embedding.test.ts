import { describe, expect, it } from "vitest";
import { embeddingReferences } from "../../src/kernels/reference/embedding.ts";
import { at } from "../../src/kernels/reference/tiles.ts";
import { TILE } from "../../src/kernels/registry.ts";
import { checkKernel, EPSILON, noise } from "./contract.ts";
import { dot, expectGradient } from "./differences.ts";
import { describeBuilds } from "./module.ts";

const widths = [1, 3, 4, 5, 8, 31, 32, 33, 64];
const seqLens = [1, 3, 4, 30, 31, 32, 33, 64, 65];
const exact = { relative: 0, absolute: 0 };
/** A sum of n terms of at most 1. */
const sumOf = (n: number) => ({ relative: 0, absolute: n * n * EPSILON });
const tilesOf = (seqLen: number) => Math.ceil(seqLen / TILE);

/** Tokens of `batch` sequences over the vocabulary, −1 at padding and at every eleventh. */
function tokensOf(batch: number, seqLen: number, vocabSize: number): Int32Array {
  const lanes = tilesOf(seqLen) * TILE;
  return Int32Array.from({ length: batch * lanes }, (_, t) =>
    t % lanes >= seqLen || t % 11 === 9 ? -1 : (t * 5 + (t >> 3)) % vocabSize,
  );
}

describeBuilds((module) => {
  describe.each(widths)("embedding of %i features", (features) => {
    it.each(seqLens)("adds table rows and positions for sequences of %i tokens", (seqLen) => {
      const [batch, vocabSize, seqTiles] = [3, 17, tilesOf(seqLen)];
      // Some padding holds a token all the same: it must not show.
      const tokens = tokensOf(batch, seqLen, vocabSize).map((token, t) => (token < 0 && t % 2 === 0 ? 3 : token));
      const table = noise(vocabSize * features, 1);
      const y = new Float32Array(tokens.length * features);
      for (const positions of [null, noise(seqLen * features, 2)])
        checkKernel(module, "f32_embedding", {
          label: `features=${features}, seqLen=${seqLen}, positions=${positions !== null}`,
          extent: batch * seqTiles,
          tolerance: { relative: EPSILON, absolute: 0 },
          args: { tokens, table, positions, y, features, seqTiles, seqLen },
        });
    });

    it.each([1, 2, 40])("backward sums the gradients of equal tokens, vocabulary of %i", (vocabSize) => {
      const numTiles = 4;
      const tokens = tokensOf(2, 50, vocabSize);
      const dy = noise(tokens.length * features, 3);
      for (const accumulate of [0, 1])
        checkKernel(module, "f32_embedding_backward", {
          label: `features=${features}, vocabSize=${vocabSize}, accumulate=${accumulate}`,
          extent: features,
          tolerance: sumOf(numTiles * TILE + 1),
          args: { tokens, dy, dTable: noise(vocabSize * features, 4), vocabSize, features, numTiles, accumulate },
        });
    });

    it.each(seqLens)("positions and class token go in and their gradients out for sequences of %i tokens", (seqLen) => {
      const [batch, seqTiles] = [3, tilesOf(seqLen)];
      const length = batch * seqTiles * features * TILE;
      const [x, positions, dy] = [noise(length, 5), noise(seqLen * features, 6), noise(length, 8)];
      const label = `features=${features}, seqLen=${seqLen}`;
      for (const classToken of [null, noise(features, 7)])
        checkKernel(module, "f32_add_positions", {
          label: `${label}, classToken=${classToken !== null}`,
          extent: batch * seqTiles,
          tolerance: { relative: EPSILON, absolute: 0 },
          args: { x, positions, classToken, y: new Float32Array(length), features, seqTiles, seqLen },
        });
      const backward = { label, extent: features, tolerance: sumOf(batch) };
      const common = { dy, features, seqTiles, batch };
      const dPositions = new Float32Array(seqLen * features);
      checkKernel(module, "f32_position_gradient", { ...backward, args: { ...common, dPositions, seqLen } });
      const dClassToken = new Float32Array(features);
      checkKernel(module, "f32_class_token_gradient", { ...backward, args: { ...common, dClassToken } });
    });

    it.each([
      { firstToken: 0, lastToken: 1, batch: 1 },
      { firstToken: 0, lastToken: 64, batch: 31 },
      { firstToken: 1, lastToken: 33, batch: 32 },
      { firstToken: 3, lastToken: 65, batch: 33 },
      { firstToken: 5, lastToken: 7, batch: 65 },
    ])("pools tokens [$firstToken, $lastToken) of $batch images and spreads the gradient", ({
      firstToken,
      lastToken,
      batch,
    }) => {
      const seqTiles = 3;
      const tiles = Math.ceil(batch / TILE);
      const label = `features=${features}, tokens=[${firstToken}, ${lastToken}), batch=${batch}`;
      const sizes = { features, seqTiles, firstToken, lastToken };
      const x = noise(batch * seqTiles * features * TILE, 9);
      const dy = noise(tiles * features * TILE, 10);
      // A mean of n terms of at most 1 errs by (n + 1)·ε; a quotient by half an ulp.
      const tolerance = { relative: EPSILON, absolute: (lastToken - firstToken + 1) * EPSILON };
      const y = new Float32Array(dy.length);
      checkKernel(module, "f32_pool", { label, extent: tiles, tolerance, args: { x, y, ...sizes, batch } });
      const dx = new Float32Array(x.length);
      const quotient = { relative: EPSILON, absolute: 0 };
      checkKernel(module, "f32_pool_backward", {
        label,
        extent: batch,
        tolerance: quotient,
        args: { dy, dx, ...sizes },
      });
    });
  });

  describe("patches", () => {
    it.each([
      { channels: 1, height: 1, width: 1, patchSize: 1, firstToken: 0 },
      { channels: 1, height: 28, width: 28, patchSize: 7, firstToken: 1 },
      { channels: 3, height: 32, width: 32, patchSize: 4, firstToken: 0 },
      { channels: 3, height: 32, width: 32, patchSize: 4, firstToken: 1 },
      { channels: 2, height: 6, width: 15, patchSize: 3, firstToken: 2 },
    ])("of $height × $width × $channels images, $patchSize wide, from token $firstToken, stand in their lanes", (shape) => {
      const { channels, height, width, patchSize, firstToken } = shape;
      const batch = 5;
      const seqTiles = tilesOf(firstToken + (height * width) / patchSize ** 2);
      checkKernel(module, "f32_patches", {
        label: JSON.stringify(shape),
        extent: batch,
        tolerance: exact,
        args: {
          images: noise(batch * channels * height * width, 11),
          patches: new Float32Array(batch * seqTiles * TILE * channels * patchSize ** 2),
          ...shape,
          seqTiles,
        },
      });
    });
  });
});

describe("patches of the reference", () => {
  it("stand in order (channel, row, column)", () => {
    const images = Float64Array.from({ length: 2 * 4 * 6 }, (_, i) => i);
    const patches = new Float64Array(8 * TILE);
    const shape = { channels: 2, height: 4, width: 6, patchSize: 2, firstToken: 1, seqTiles: 1 };
    embeddingReferences.f32_patches(0, 1, { images, patches, ...shape });
    // Patch 4 is the second of the lower row: rows 2 and 3, columns 2 and 3.
    const fourth = Array.from({ length: 8 }, (_, f) => patches[at(1 + 4, f, 8)]);
    expect(fourth).toEqual([14, 15, 20, 21, 38, 39, 44, 45]);
  });
});

describe("gradients", () => {
  const [features, seqLen, seqTiles, batch, vocabSize] = [3, 35, 2, 2, 5];
  const wide = (length: number, seed: number) => Float64Array.from(noise(length, seed));
  const tokens = tokensOf(batch, seqLen, vocabSize);
  const [table, positions, classToken] = [wide(vocabSize * features, 1), wide(seqLen * features, 2), wide(features, 3)];
  const tiles = batch * seqTiles;
  const [x, dy] = [wide(tiles * features * TILE, 4), wide(tiles * features * TILE, 5)];
  const sizes = { features, seqTiles, seqLen };
  const y = new Float64Array(dy.length);

  it("of the embedding by table and positions", () => {
    // A token that is −1 gives 0, whatever its position: its gradient is 0 in training.
    const counted = dy.map((v, i) => (tokens[Math.floor(i / TILE / features) * TILE + (i % TILE)]! < 0 ? 0 : v));
    const loss = () => {
      embeddingReferences.f32_embedding(0, tiles, { tokens, table, positions, y, ...sizes });
      return dot(counted, y);
    };
    const [dTable, dPositions] = [new Float64Array(table.length), new Float64Array(positions.length)];
    const backward = { tokens, dy: counted, dTable, vocabSize, features, numTiles: tiles, accumulate: 0 };
    embeddingReferences.f32_embedding_backward(0, features, backward);
    embeddingReferences.f32_position_gradient(0, features, { dy: counted, dPositions, ...sizes, batch });
    expectGradient("dTable", loss, table, dTable);
    expectGradient("dPositions", loss, positions, dPositions);
  });

  it("of positions and class token", () => {
    const loss = () => {
      embeddingReferences.f32_add_positions(0, tiles, { x, positions, classToken, y, ...sizes });
      return dot(dy, y);
    };
    const [dPositions, dClassToken] = [new Float64Array(positions.length), new Float64Array(features)];
    embeddingReferences.f32_position_gradient(0, features, { dy, dPositions, ...sizes, batch });
    const dx = dy.slice();
    embeddingReferences.f32_class_token_gradient(0, features, { dy: dx, dClassToken, features, seqTiles, batch });
    expectGradient("dPositions", loss, positions, dPositions);
    expectGradient("dClassToken", loss, classToken, dClassToken);
    // Padding lanes of dy are no tokens: their gradient never counts.
    const isToken = (i: number) => (Math.floor(i / TILE / features) % seqTiles) * TILE + (i % TILE) < seqLen;
    expectGradient(
      "dx",
      loss,
      x,
      dx.map((v, i) => (isToken(i) ? v : 0)),
    );
  });

  it("of the pool", () => {
    const range = { features, seqTiles, firstToken: 1, lastToken: 35 };
    const [pooled, dPooled, dx] = [
      new Float64Array(features * TILE),
      wide(features * TILE, 6),
      new Float64Array(x.length),
    ];
    const loss = () => {
      embeddingReferences.f32_pool(0, 1, { x, y: pooled, ...range, batch });
      return dot(dPooled, pooled);
    };
    embeddingReferences.f32_pool_backward(0, batch, { dy: dPooled, dx, ...range });
    expectGradient("dx", loss, x, dx);
  });
});
