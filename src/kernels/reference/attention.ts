import { TILE } from "../registry.ts";
import type { Reference } from "./types.ts";

/** Of padding queries: their probabilities are 0 in the backward pass. */
const PADDING_LSE = Math.fround(1e30);

interface Shape {
  readonly numHeads: number;
  readonly headDim: number;
  readonly seqTiles: number;
  readonly seqLen: number;
  readonly causal: number;
}

/** One (sequence, head): where its elements stand, and which keys each query sees. */
function headOf(pair: number, { numHeads, headDim, seqTiles, seqLen, causal }: Shape) {
  const sequence = Math.floor(pair / numHeads);
  const head = pair % numHeads;
  const places = seqTiles * TILE;
  const at = (place: number, d: number) => {
    const tile = sequence * seqTiles + Math.floor(place / TILE);
    return ((tile * numHeads + head) * headDim + d) * TILE + (place % TILE);
  };
  return {
    places,
    at,
    lseAt: (query: number) => pair * places + query,
    numKeys: (query: number) => (causal ? Math.min(query + 1, seqLen) : seqLen),
    /** a's token i times b's token j. */
    dot: (a: Float64Array, i: number, b: Float64Array, j: number) => {
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += a[at(i, d)]! * b[at(j, d)]!;
      return sum;
    },
  };
}

const f32_attention: Reference<"f32_attention"> = (begin, end, { q, k, v, o, lse, scale, ...shape }) => {
  for (let pair = begin; pair < end; pair++) {
    const { places, at, lseAt, numKeys, dot } = headOf(pair, shape);
    for (let query = 0; query < places; query++) {
      const logits = Array.from({ length: numKeys(query) }, (_, key) => scale * dot(q, query, k, key));
      const max = Math.max(...logits);
      const logSum = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
      for (let d = 0; d < shape.headDim; d++)
        o[at(query, d)] = logits.reduce((sum, logit, key) => sum + Math.exp(logit - logSum) * v[at(key, d)]!, 0);
      lse[lseAt(query)] = query < shape.seqLen ? logSum : PADDING_LSE;
    }
  }
};

const f32_attention_backward: Reference<"f32_attention_backward"> = (begin, end, args) => {
  const { q, k, v, o, lse, dO, dq, dk, dv, scale, ...shape } = args;
  for (let pair = begin; pair < end; pair++) {
    const { places, at, lseAt, numKeys, dot } = headOf(pair, shape);
    for (const gradient of [dq, dk, dv])
      for (let place = 0; place < places; place++) for (let d = 0; d < shape.headDim; d++) gradient[at(place, d)] = 0;
    for (let query = 0; query < places; query++) {
      const delta = dot(o, query, dO, query);
      for (let key = 0; key < numKeys(query); key++) {
        // o[query] = Σ_key P·v[key],  P = e^(scale·q·k − lse)
        const p = Math.exp(scale * dot(q, query, k, key) - lse[lseAt(query)]!);
        const dScore = p * scale * (dot(dO, query, v, key) - delta);
        for (let d = 0; d < shape.headDim; d++) {
          dv[at(key, d)]! += p * dO[at(query, d)]!;
          dq[at(query, d)]! += dScore * k[at(key, d)]!;
          dk[at(key, d)]! += dScore * q[at(query, d)]!;
        }
      }
    }
  }
};

export const attentionReferences = { f32_attention, f32_attention_backward };
