/** Names for stretches of the run's memory. */
import { type ElementType, TILE } from "../kernels/registry.ts";

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { f32: 4, f64: 8, i32: 4, u8: 1 };

/**
 * A stretch of memory. A persistent tensor has its address from the start; a transient one (an activation) is placed when
 * its tape is planned, and its `address` is then undefined: it belongs to the tape.
 */
export interface Tensor {
  readonly name: string;
  readonly elementType: ElementType;
  /** Elements. */
  readonly length: number;
  readonly address: number | undefined;
}

export function byteLength(tensor: Tensor): number {
  return tensor.length * ELEMENT_BYTES[tensor.elementType];
}

/** Elements [begin, begin + length) of a persistent tensor. */
export function slice(tensor: Tensor, begin: number, length: number): Tensor {
  const address = addressOf(tensor) + begin * ELEMENT_BYTES[tensor.elementType];
  return { name: `${tensor.name}[${begin}, ${begin + length})`, elementType: tensor.elementType, length, address };
}

/** The address of a persistent tensor. */
export function addressOf(tensor: Tensor): number {
  if (tensor.address === undefined)
    throw new TypeError(`${tensor.name} is transient: only its tape knows where it lies`);
  return tensor.address;
}

/** Activations in token tiles: `[token tile][feature][32 tokens]`, f32. */
export interface Activations {
  readonly tensor: Tensor;
  readonly features: number;
  readonly numTiles: number;
}

/** Where the tokens of a batch lie: each sequence takes whole tiles. */
export interface TokenLayout {
  readonly batchSize: number;
  /** Real tokens of a sequence. */
  readonly seqLen: number;
  /** ⌈seqLen/32⌉. */
  readonly seqTiles: number;
  /** batchSize · seqTiles. */
  readonly numTiles: number;
}

export function tokenLayout(batchSize: number, seqLen: number): TokenLayout {
  const seqTiles = Math.ceil(seqLen / TILE);
  return { batchSize, seqLen, seqTiles, numTiles: batchSize * seqTiles };
}
