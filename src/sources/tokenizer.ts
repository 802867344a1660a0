/** From bytes of text to tokens. */

/** Token numbers in as few bytes as the vocabulary allows. */
export type Tokens = Uint8Array | Uint16Array | Int32Array;

export interface Tokenizer {
  readonly vocabSize: number;
  /** What tells it from other tokenizers in the identity of a run. */
  readonly identity: Readonly<Record<string, string>>;
  encode(text: Uint8Array): Tokens;
}

/** A token for each byte. */
export const byteTokenizer: Tokenizer = { vocabSize: 256, identity: {}, encode: (text) => text };
