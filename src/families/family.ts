/** What a model family is: all that configuration, training and sweeps ask of one. */
import type { Choice, Option } from "../core/choice.ts";
import { partOf } from "../core/registry.ts";
import type { BrokenRelation } from "../core/schema.ts";
import type { Declare } from "../memory/parameter.ts";
import type { DataSource } from "../sources/source.ts";
import type { Model } from "./model.ts";

export type ModelChoice = Choice<"family">;

/** What of a source decides a model's shape: all but its splits, e.g. `{ kind: "tokens", vocabSize: 256 }`. */
export type DataDimensions<S extends DataSource = DataSource> = S extends DataSource
  ? Omit<S, "train" | "valid" | "fingerprint">
  : never;

export interface BuildOptions<S extends DataSource> {
  readonly data: DataDimensions<S>;
  readonly batchSize: number;
  readonly declare: Declare;
}

/** Sections of a configuration. */
export interface FamilySample {
  readonly model: ModelChoice;
  /** Settings of a synthetic source, beside its kind. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Family<C extends ModelChoice = ModelChoice, S extends DataSource = DataSource> {
  readonly name: string;
  /** The `model` section, `family` included, every key with its range, default and meaning. */
  readonly schema: Option;
  /** `kind` of the sources that it can be trained on. */
  readonly reads: S["kind"];
  /** What D counts. */
  readonly dataUnit: string;
  /** Units of D in one example. */
  unitsPerExample(model: C): number;
  /** Relations between settings that do not hold, keys named within `model`. */
  brokenRelations?(model: C): Iterable<BrokenRelation>;
  /** How sweeps make it larger and smaller; a family without cannot be swept over sizes. */
  readonly scaling?: Scaling<C>;
  /** The least data that it can read: stands in where only what does not depend on the data is asked for. */
  leastData(model: C): DataDimensions<S>;
  /** Small models that between them use every kernel of the family. */
  readonly samples?: readonly FamilySample[];
  /** Declares every parameter and returns what records the passes. */
  build(model: C, options: BuildOptions<S>): Model;
}

/** Settings that decide a model's size, and how far from the usual their proportions are. */
export interface Candidate {
  readonly settings: Readonly<Record<string, number>>;
  /** 0 for the usual shape. */
  readonly strain: number;
}

export interface ScaleTarget<C> {
  /** The model without the settings of `Scaling.keys`. */
  readonly model: ModelChoice & Partial<C>;
  /** Block weights wanted of the dense model: N/(1−S). */
  readonly weights: number;
  /** Width of one head, for families that have heads. */
  readonly headDim: number;
  /** Block weights of the dense model with these settings, by its declarations. */
  weightsOf(settings: Readonly<Record<string, number>>): number;
}

export interface Scaling<C extends ModelChoice> {
  /** Settings that follow from the size and are left out of a sweep's base. */
  readonly keys: readonly string[];
  /** The setting that a rule for learning rates takes the width from. */
  readonly width: string;
  /** Settings whose sizes lie around the target. */
  candidates(target: ScaleTarget<C>): Iterable<Candidate>;
  /** A model of this shape, in messages: "a model of 2 layers with heads of 64". */
  describe(target: Pick<ScaleTarget<C>, "model" | "headDim">): string;
  /** What to change where no candidate is near enough. */
  readonly remedy: string;
}

/** A family of one's own: its types are checked here, and `register` or a plugin makes it known. */
export function defineFamily<C extends ModelChoice, S extends DataSource>(family: Family<C, S>): Family<C, S> {
  return partOf("families", family);
}
