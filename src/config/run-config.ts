/** A run's configuration: what a YAML file, the command line and the API all mean by "a run". */
import { z } from "zod";
import { later } from "../core/choice.ts";
import type { RecordedConfig, RecordedTraining, Variant } from "../core/record.ts";
import { assertRelations, type BrokenRelation, type Origin, parseWith, under } from "../core/schema.ts";
import { families, familyOf, type ModelConfig, type ModelInput } from "../families/index.ts";
import { type MethodConfig, type MethodInput, methodOf } from "../methods/index.ts";
import type { OptimizerConfig, OptimizerInput } from "../optimizers/index.ts";
import { type LearningRateConfig, type LearningRateInput, rateOf } from "../rates/index.ts";
import { type DataConfig, type DataInput, sourceOf, sources } from "../sources/index.ts";
import { type PatternConfig, type PatternInput, patternOf } from "../sparsity/patterns/index.ts";
import { completeSparsity, completeTraining } from "./derived-defaults.ts";
import { perParts } from "./parts.ts";
import { dataSection, modelSection, sparsitySection, trainingSection } from "./sections.ts";

/** A run's configuration with every default filled in. */
export interface RunConfig extends RecordedConfig {
  readonly model: ModelConfig;
  readonly data: DataConfig;
  readonly training: TrainingConfig;
  readonly sparsity: SparsityConfig;
  readonly plugins: readonly string[];
}

export type TrainingConfig = RecordedTraining & {
  readonly optimizer: OptimizerConfig;
  readonly learningRate: LearningRateConfig;
};

export type SparsityConfig = MethodConfig & {
  readonly final: number;
  readonly pattern: PatternConfig;
  readonly switchDensity: "measured" | number;
};

/** A run's configuration as a user writes it: docs/configuration.md has ranges, defaults and meanings. */
export interface RunConfigInput {
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
  readonly model: ModelInput;
  readonly data: DataInput;
  readonly training: TrainingInput;
  readonly sparsity?: SparsityInput | undefined;
  readonly variant?: Variant | undefined;
  readonly plugins?: readonly string[] | undefined;
}

export type TrainingInput = Pick<RecordedTraining, "steps" | "batchSize"> &
  Partial<Omit<RecordedTraining, "optimizer" | "learningRate">> & {
    readonly optimizer?: OptimizerInput | undefined;
    readonly learningRate?: LearningRateInput | undefined;
  };

export type SparsityInput = MethodKeys<MethodInput> & {
  readonly final?: number | undefined;
  readonly pattern?: PatternInput | undefined;
  readonly switchDensity?: "measured" | number | undefined;
};

/** Gradual magnitude pruning is meant where no method is named. */
type MethodKeys<M extends MethodInput> = M extends { method: "gradual-magnitude" }
  ? Omit<M, "method"> & { readonly method?: "gradual-magnitude" | undefined }
  : M;

export const variantKey = z
  .enum(["strict", "relaxed"])
  .default("strict")
  .describe(
    "`strict` gives the same bits on every machine. `relaxed` uses fused multiply-adds: faster on some machines, with bits of their own. `sparselaw train --variant` takes its place.",
  );

export const pluginsKey = later(
  z
    .array(z.string())
    .default([])
    .describe(
      "Files with parts of your own, relative to the YAML file: see [docs/extending.md](extending.md). Their content is part of the run's id.",
    ),
  [],
);

export const seedRange = z.int().nonnegative().max(0xffffffff);

/** The schema of a run: names, ranges, defaults and meanings of all keys, those of registered parts included. */
export const runConfigSchema = perParts(() =>
  z.strictObject({
    name: z.string().optional().describe("A name for people. It is not part of the run's id."),
    seed: seedRange
      .default(0)
      .describe("Key of every random number of the run: initial weights and the order of the data."),
    model: modelSection(),
    data: dataSection(),
    training: trainingSection().describe("How it is trained: see [training](#training)."),
    sparsity: sparsitySection()
      .prefault({})
      .describe("How it is pruned: see [sparsity](#sparsity). Left out, the model stays dense."),
    variant: variantKey,
    plugins: pluginsKey,
  }),
);

/**
 * Fills in defaults and checks every range and every relation between settings.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} one line for each problem: place, key, condition, value, remedy
 */
export function parseRunConfig(input: unknown, source: string | Origin = "config"): RunConfig {
  const config = completed(parseWith(runConfigSchema(), input, source) as unknown as RunConfig);
  assertRelations(brokenRelations(config), source);
  return config;
}

function completed(config: RunConfig): RunConfig {
  const { training, sparsity } = config;
  return {
    ...config,
    training: completeTraining(training),
    sparsity: completeSparsity(sparsity, training.steps) as RunConfig["sparsity"],
  };
}

function* brokenRelations({ model, data, sparsity, training }: RecordedConfig): Generator<BrokenRelation> {
  const family = familyOf(model);
  const source = sourceOf(data);
  const method = methodOf(sparsity);
  yield* under("model", family.brokenRelations?.(model) ?? []);
  if (source.yields !== family.reads) yield unreadable(family.name, family.reads, data.kind);
  yield* under("data", source.brokenRelations?.(data) ?? []);
  yield* under("sparsity", method.brokenRelations?.({ ...sparsity, method: method.name }) ?? []);
  yield* under("sparsity", patternOf(sparsity.pattern).brokenRelations?.(sparsity.pattern, sparsity.final) ?? []);
  const { learningRate, steps } = training;
  yield* under("training.learningRate", rateOf(learningRate).brokenRelations?.(learningRate, steps) ?? []);
}

function unreadable(family: string, reads: string, kind: string): BrokenRelation {
  const readable = sources.all.filter(({ yields }) => yields === reads).map(({ name }) => name);
  const { yields } = sources.get(kind);
  const readers = families.all.filter((other) => other.reads === yields).map(({ name }) => name);
  const [noun] = sources.all.filter((other) => other.yields === yields).map(({ name }) => name);
  return [
    "data.kind",
    `${readable.join(" or ")} for a ${family}`,
    kind,
    `Choose model.family: ${readers.join(" or ")} for ${noun}.`,
  ];
}
