/** What training reads: held in memory or generated, by index, so that a batch is a pure function of (seed, step). */
import type { Choice, Option } from "../core/choice.ts";
import { partOf } from "../core/registry.ts";
import type { BrokenRelation } from "../core/schema.ts";

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

/** Loaded sources by the kind of their examples; a user's own kind may be added by declaration merging. */
export interface ExampleSources {
  tokens: TokenSource;
  images: ImageSource;
}

export type DataSource = ExampleSources[keyof ExampleSources];
export type SplitName = "train" | "valid";

export type SourceChoice = Choice<"kind">;

export interface DataFile {
  /** Absolute path. */
  readonly name: string;
  /** Content, unpacked where the name ends in .gz. */
  readonly bytes: Uint8Array;
}

/** Where sources that are made of files get them. */
export interface FileReader {
  /**
   * Every file that `patterns` name, each once, in their order; those of one glob or directory in the order of their paths.
   *
   * @param setting the key of `data` that names them, in messages
   * @throws {ConfigError} a pattern without a file, an unreadable or an empty file
   */
  read(setting: string, patterns: readonly string[]): Promise<DataFile[]>;
  /**
   * Files of an npm package, by their paths within it.
   *
   * @throws {ConfigError} where the package is not installed
   */
  readPackage(name: string, files: readonly string[]): Promise<DataFile[]>;
}

interface SourceBase<C extends SourceChoice, S extends DataSource> {
  readonly name: string;
  /** The `data` section, `kind` included, every key with its range, default and meaning. */
  readonly schema: Option;
  /** `kind` of what it loads. */
  readonly yields: S["kind"];
  /** Examples are made up from the settings: it can be loaded anywhere. */
  readonly isSynthetic?: true;
  /** Settings that name files: in a run's identity their content stands in their place. */
  readonly pathKeys?: readonly string[];
  /** Relations between settings that do not hold, keys named within `data`. */
  brokenRelations?(data: C): Iterable<BrokenRelation>;
  load(data: C, files: FileReader): S | Promise<S>;
}

/** Each run of a sweep loads it anew, on its own thread. */
export interface LoadedSource<C extends SourceChoice, S extends DataSource> extends SourceBase<C, S> {
  readonly read?: undefined;
}

/** `load` in two halves: a sweep reads once for all its runs, and each of them opens what was read. */
export interface ReadSource<C extends SourceChoice, S extends DataSource, D> extends SourceBase<C, S> {
  /**
   * What costs time or memory, the fingerprint among it: values of JSON and typed arrays, in lists and plain objects. Threads share the
   * arrays, so nothing may write to them afterwards.
   */
  read(data: C, files: FileReader): D | Promise<D>;
  open(content: D, data: C): S;
}

/** A kind of data: from settings to what training reads. */
export type Source<C extends SourceChoice = SourceChoice, S extends DataSource = DataSource, D = unknown> =
  | LoadedSource<C, S>
  | ReadSource<C, S, D>;

/**
 * A source of one's own: its types are checked here, and `register` or a plugin makes it known.
 *
 * @param source with `load`, or with `read` and `open`
 */
export function defineSource<C extends SourceChoice, S extends DataSource, D = unknown>(
  source: LoadedSource<C, S> | Omit<ReadSource<C, S, D>, "load">,
): Source<C, S, D> {
  if (source.read === undefined) return partOf("sources", source);
  const load = async (data: C, files: FileReader) => source.open(await source.read(data, files), data);
  return partOf("sources", { ...source, load });
}
