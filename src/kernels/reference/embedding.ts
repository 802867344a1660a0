import { TILE } from "../registry.ts";
import { at } from "./tiles.ts";
import type { Reference } from "./types.ts";

/** The place of token t in its sequence of seqTiles tiles, or undefined where it is padding. */
function placeOf(t: number, seqTiles: number, seqLen: number): number | undefined {
  const place = t % (seqTiles * TILE);
  return place < seqLen ? place : undefined;
}

// y[t][f] = table[tokens[t]][f] + positions[place][f]
const f32_embedding: Reference<"f32_embedding"> = (begin, end, args) => {
  const { tokens, table, positions, y, features, seqTiles, seqLen } = args;
  for (let t = begin * TILE; t < end * TILE; t++) {
    const place = placeOf(t, seqTiles, seqLen);
    for (let f = 0; f < features; f++)
      y[at(t, f, features)] =
        place === undefined || tokens[t]! < 0
          ? 0
          : table[tokens[t]! * features + f]! + (positions?.[place * features + f] ?? 0);
  }
};

// ⇒ dTable[v] = Σ_{t: tokens[t] = v} dY[t]
const f32_embedding_backward: Reference<"f32_embedding_backward"> = (begin, end, args) => {
  const { tokens, dy, dTable, vocabSize, features, numTiles, accumulate } = args;
  for (let f = begin; f < end; f++) {
    if (!accumulate) for (let v = 0; v < vocabSize; v++) dTable[v * features + f] = 0;
    for (let t = 0; t < numTiles * TILE; t++)
      if (tokens[t]! >= 0) dTable[tokens[t]! * features + f]! += dy[at(t, f, features)]!;
  }
};

// ⇒ dPositions[place] = Σ_{t at place} dY[t]
const f32_position_gradient: Reference<"f32_position_gradient"> = (begin, end, args) => {
  const { dy, dPositions, features, seqTiles, seqLen, batch } = args;
  for (let f = begin; f < end; f++)
    for (let place = 0; place < seqLen; place++) {
      let sum = 0;
      for (let b = 0; b < batch; b++) sum += dy[at(b * seqTiles * TILE + place, f, features)]!;
      dPositions[place * features + f] = sum;
    }
};

// patches[firstToken + p][(c, r, col)] = image[c][top(p) + r][left(p) + col]
const f32_patches: Reference<"f32_patches"> = (begin, end, args) => {
  const { images, patches, channels, height, width, patchSize, firstToken, seqTiles } = args;
  const features = channels * patchSize ** 2;
  const patchesPerRow = Math.floor(width / patchSize);
  const numPatches = patchesPerRow * Math.floor(height / patchSize);
  for (let image = begin; image < end; image++)
    for (let token = 0; token < seqTiles * TILE; token++) {
      const p = token - firstToken;
      for (let f = 0; f < features; f++) {
        const channel = Math.floor(f / patchSize ** 2);
        const row = Math.floor(p / patchesPerRow) * patchSize + (Math.floor(f / patchSize) % patchSize);
        const col = (p % patchesPerRow) * patchSize + (f % patchSize);
        const isPatch = p >= 0 && p < numPatches;
        patches[at(image * seqTiles * TILE + token, f, features)] = isPatch
          ? images[((image * channels + channel) * height + row) * width + col]!
          : 0;
      }
    }
};

// y[t] = x[t] + positions[place]; at place 0, where there is a class token: classToken + positions[0]
const f32_add_positions: Reference<"f32_add_positions"> = (begin, end, args) => {
  const { x, positions, classToken, y, features, seqTiles, seqLen } = args;
  for (let t = begin * TILE; t < end * TILE; t++) {
    const place = placeOf(t, seqTiles, seqLen);
    for (let f = 0; f < features; f++) {
      const token = place === 0 && classToken ? classToken[f]! : x[at(t, f, features)]!;
      y[at(t, f, features)] = place === undefined ? 0 : token + positions[place * features + f]!;
    }
  }
};

// ⇒ dClassToken = Σ_{t at place 0} dY[t], and nothing of dY[t] goes to x
const f32_class_token_gradient: Reference<"f32_class_token_gradient"> = (begin, end, args) => {
  const { dy, dClassToken, features, seqTiles, batch } = args;
  for (let f = begin; f < end; f++) {
    dClassToken[f] = 0;
    for (let b = 0; b < batch; b++) {
      dClassToken[f]! += dy[at(b * seqTiles * TILE, f, features)]!;
      dy[at(b * seqTiles * TILE, f, features)] = 0;
    }
  }
};

// y[image] = Σ_{firstToken ≤ token < lastToken} x[image][token]/(lastToken − firstToken)
const f32_pool: Reference<"f32_pool"> = (begin, end, { x, y, features, seqTiles, firstToken, lastToken, batch }) => {
  for (let image = begin * TILE; image < end * TILE; image++)
    for (let f = 0; f < features; f++) {
      let sum = 0;
      if (image < batch)
        for (let token = firstToken; token < lastToken; token++)
          sum += x[at(image * seqTiles * TILE + token, f, features)]!;
      y[at(image, f, features)] = sum / (lastToken - firstToken);
    }
};

// ⇒ dX[image][token] = dY[image]/(lastToken − firstToken), 0 at other tokens
const f32_pool_backward: Reference<"f32_pool_backward"> = (begin, end, args) => {
  const { dy, dx, features, seqTiles, firstToken, lastToken } = args;
  for (let image = begin; image < end; image++)
    for (let token = 0; token < seqTiles * TILE; token++)
      for (let f = 0; f < features; f++) {
        const isPooled = token >= firstToken && token < lastToken;
        const gradient = isPooled ? dy[at(image, f, features)]! / (lastToken - firstToken) : 0;
        dx[at(image * seqTiles * TILE + token, f, features)] = gradient;
      }
};

export const embeddingReferences = {
  f32_embedding,
  f32_embedding_backward,
  f32_position_gradient,
  f32_patches,
  f32_add_positions,
  f32_class_token_gradient,
  f32_pool,
  f32_pool_backward,
};
