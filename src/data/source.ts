/** What training reads: held in memory or generated, by index, so that a batch is a pure function of (seed, step). */

export interface TokenSplit {
  /** Tokens in the split; Infinity where they are generated. */
  readonly numTokens: number;
  /** Non-overlapping windows of seqLen + 1 tokens (inputs and the next-token labels share all but one); may be Infinity. */
  numWindows(seqLen: number): number;
  /** Writes the seqLen + 1 tokens of window `index` to into[offset…]. */
  readWindow(index: number, seqLen: number, into: Int32Array, offset: number): void;
}

export interface TokenSource {
  readonly kind: "tokens";
  readonly vocabSize: number;
  readonly train: TokenSplit;
  readonly valid: TokenSplit;
  /** Hash of the content and of the split: the part of a run's identity that stands for its data. */
  readonly fingerprint: string;
}

export interface ImageSplit {
  /** Examples; Infinity where they are generated. */
  readonly size: number;
  /**
   * Writes image `index` as (channels, height, width), normalised to mean 0 and deviation 1 over the training split, to
   * into[offset…] and returns its label. `augmentKey` (32 bits, made of seed and epoch) keys the augmentation of training images.
   */
  readImage(index: number, augmentKey: number, into: Float32Array, offset: number): number;
}

export interface ImageSource {
  readonly kind: "images";
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly numClasses: number;
  readonly train: ImageSplit;
  readonly valid: ImageSplit;
  readonly fingerprint: string;
}

export type DataSource = TokenSource | ImageSource;
