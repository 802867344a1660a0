/**
 * A run's configuration: what a YAML file, the CLI and the API all mean by "a run". The schema is the single source of
 * names, ranges and defaults; `RunConfig` is the parsed form with every default filled in.
 */
import { z } from "zod";
import { ConfigError } from "./errors.ts";
import { type Origin, parseWith, placeOf } from "./schema.ts";

const count = z.int().positive();
const fraction = z.number().min(0).max(1);
const openFraction = z.number().gt(0).lt(1);
/** A decay, or a fraction that must leave something: 1 itself is out. */
const belowOne = z.number().min(0).lt(1);

const transformer = {
  /** Width of the residual stream. */
  dModel: count,
  numLayers: count,
  numHeads: count,
  /** Width of the MLP's hidden layer; 4·dModel unless said. */
  dFf: count.optional(),
  norm: z.enum(["layernorm", "rmsnorm"]).default("layernorm"),
  /** `geglu` is T5.1.1's gated GELU: gelu(x·Wi0) ∘ (x·Wi1), tanh approximation in both. */
  activation: z.enum(["gelu", "geglu"]).default("gelu"),
  /** Biases in the linear layers. */
  bias: z.boolean().default(true),
};

export const decoderSchema = z.strictObject({
  family: z.literal("decoder"),
  ...transformer,
  /** Tokens of one training sequence. */
  seqLen: count,
  /** The output head reads the embedding table. */
  tiedEmbedding: z.boolean().default(false),
});

export const vitSchema = z.strictObject({
  family: z.literal("vit"),
  ...transformer,
  /** Side of the square patches, in pixels; must divide the image's height and width. */
  patchSize: count,
  pooling: z.enum(["mean", "class"]).default("mean"),
});

const paths = z.union([z.string(), z.array(z.string()).nonempty()]).transform((p) => (typeof p === "string" ? [p] : p));

export const dataSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("text"),
    /** Files, globs or directories, relative to the configuration file. Tokens are bytes. */
    paths,
    /** Share of the tokens (or documents) held out. */
    validFraction: openFraction.default(0.1),
    /** `position`: the tail of the concatenation is held out. `document`: whole files or blank-line separated documents. */
    split: z.enum(["document", "position"]).default("position"),
  }),
  z.strictObject({
    kind: z.literal("images"),
    format: z.enum(["idx", "cifar10", "cifar100"]),
    /** IDX: image files (.gz allowed), with `labels` of the same length. CIFAR: binary batches, labels inside. */
    paths,
    labels: paths.optional(),
    /** Share of the examples held out, taken from the end. */
    validFraction: openFraction.default(0.1),
    /** Training images are moved by up to this many pixels each way, deterministically per (seed, epoch, image). */
    augmentShift: z.int().nonnegative().default(0),
  }),
  z.strictObject({
    kind: z.literal("synthetic-text"),
    vocabSize: z.int().min(4).max(65536).default(256),
    /** Key of the hidden source; the run's seed only orders the samples. */
    sourceSeed: z.int().nonnegative().default(0),
  }),
  z.strictObject({
    kind: z.literal("synthetic-images"),
    imageSize: count.default(16),
    channels: count.default(1),
    numClasses: z.int().min(2).default(10),
    /** Standard deviation of the pixel noise, in units of the prototypes' own. */
    noise: z.number().nonnegative().default(1),
    sourceSeed: z.int().nonnegative().default(0),
  }),
]);

export const learningRateSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("constant"),
    peak: z.number().positive(),
    warmupSteps: z.int().nonnegative().default(0),
  }),
  /** Linear warm-up, then a half cosine down to `final`·peak. */
  z.strictObject({
    kind: z.literal("cosine"),
    peak: z.number().positive(),
    warmupSteps: z.int().nonnegative().default(0),
    final: fraction.default(0.1),
  }),
  /** scale / √max(step, warmupSteps): the paper's schedule, with scale 1 and warmupSteps 10 000. */
  z.strictObject({
    kind: z.literal("rsqrt"),
    scale: z.number().positive().default(1),
    warmupSteps: count.default(10_000),
  }),
  /** Warm-up, stable, then a linear decay over the last `decayFraction` of the steps to `final`·peak. */
  z.strictObject({
    kind: z.literal("wsd"),
    peak: z.number().positive(),
    warmupSteps: z.int().nonnegative().default(0),
    decayFraction: openFraction.default(0.2),
    final: fraction.default(0),
  }),
]);

export const optimizerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("adamw"),
    beta1: belowOne.default(0.9),
    beta2: belowOne.default(0.95),
    epsilon: z.number().positive().default(1e-8),
    weightDecay: z.number().nonnegative().default(0.1),
  }),
  /** The paper's T5 optimizer: unfactored second moment, update clipped at RMS 1, scaled by the parameter's RMS. */
  z.strictObject({
    kind: z.literal("adafactor"),
    decayExponent: z.number().positive().default(0.8),
    clipThreshold: z.number().positive().default(1),
    minParameterScale: z.number().positive().default(1e-3),
    epsilon: z.number().positive().default(1e-30),
  }),
  z.strictObject({ kind: z.literal("sgd"), momentum: belowOne.default(0.9) }),
]);

export const trainingSchema = z.strictObject({
  steps: count,
  batchSize: count,
  optimizer: optimizerSchema.prefault({ kind: "adamw" }),
  learningRate: learningRateSchema.prefault({ kind: "cosine", peak: 1e-3 }),
  /** Gradients are scaled down to this global L2 norm; null leaves them as they are. */
  clipNorm: z.number().positive().nullable().default(1),
  /** Coefficient of (log Z)² in the training loss. */
  zLoss: z.number().nonnegative().default(0),
  /** Validation loss every so many steps; 0: only at the end. */
  evalEvery: z.int().nonnegative().default(0),
  /** Validation examples (sequences or images) per evaluation at most; 0: the whole split. */
  evalExamples: z.int().nonnegative().default(0),
  /** Checkpoint every so many steps; 0: only when stopped and at the end. */
  checkpointEvery: z.int().nonnegative().default(0),
});

export const patternSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unstructured") }),
  /** n kept of m consecutive weights along the input dimension. */
  z.strictObject({ kind: z.literal("nm"), n: count, m: z.int().min(2) }),
]);

export const sparsitySchema = z.strictObject({
  /** Fraction of zero weights at the end of the ramp, in [0, 1). For an n:m pattern it must be 1 − n/m. */
  final: belowOne.default(0),
  pattern: patternSchema.prefault({ kind: "unstructured" }),
  /** Shares of the training steps between which the cubic ramp runs. */
  start: fraction.default(0.25),
  end: fraction.default(0.75),
  /** Steps between two mask updates; the last one always falls on the end of the ramp. */
  interval: count.default(100),
  /**
   * Density below which a weight is stored as CSR. `measured` asks this machine once (see `sparselaw doctor`); the value
   * used is written in the run record, since it decides the order of some sums.
   */
  switchDensity: z.union([z.literal("measured"), fraction]).default("measured"),
});

export const runConfigSchema = z.strictObject({
  name: z.string().optional(),
  seed: z.int().nonnegative().max(0xffffffff).default(0),
  model: z.discriminatedUnion("family", [decoderSchema, vitSchema]),
  data: dataSchema,
  training: trainingSchema,
  sparsity: sparsitySchema.prefault({}),
  /** `relaxed` (fused multiply-add) is faster on some machines, and its bits are the machine's own. */
  variant: z.enum(["strict", "relaxed"]).default("strict"),
});

export type DecoderConfig = z.infer<typeof decoderSchema>;
export type VitConfig = z.infer<typeof vitSchema>;
export type ModelConfig = DecoderConfig | VitConfig;
export type DataConfig = z.infer<typeof dataSchema>;
export type LearningRateConfig = z.infer<typeof learningRateSchema>;
export type OptimizerConfig = z.infer<typeof optimizerSchema>;
export type TrainingConfig = z.infer<typeof trainingSchema>;
export type PatternConfig = z.infer<typeof patternSchema>;
export type SparsityConfig = z.infer<typeof sparsitySchema>;
export type Variant = z.infer<typeof runConfigSchema>["variant"];
/** A run's configuration with every default filled in. */
export type RunConfig = z.infer<typeof runConfigSchema>;
/** A run's configuration as a user writes it. */
export type RunConfigInput = z.input<typeof runConfigSchema>;

/**
 * Fills in defaults and checks every range and every relation between settings.
 *
 * @param source what to name in messages, e.g. the file's path
 * @throws {ConfigError} one line for each problem: place, key, condition, value, remedy
 */
export function parseRunConfig(input: unknown, source: string | Origin = "config"): RunConfig {
  const config = parseWith(runConfigSchema, input, source);
  const broken = [...brokenRelations(config)].map(([key, condition, got, remedy]) => {
    return `${placeOf(source, key.split("."))}: ${key} must be ${condition}; got ${got}. ${remedy}`;
  });
  if (broken.length > 0) throw new ConfigError(broken.join("\n"));
  return config;
}

type Broken = [key: string, condition: string, got: unknown, remedy: string];

function* brokenRelations({ model, data, sparsity, training }: RunConfig): Generator<Broken> {
  const { dModel, numHeads, family } = model;
  if (dModel % numHeads !== 0)
    yield ["model.dModel", `divisible by model.numHeads (${numHeads})`, dModel, "Change one of the two."];
  if (family === "decoder" && !data.kind.endsWith("text"))
    yield ["data.kind", "text or synthetic-text for a decoder", data.kind, "Choose model.family: vit for images."];
  if (family === "vit" && !data.kind.endsWith("images"))
    yield ["data.kind", "images or synthetic-images for a vit", data.kind, "Choose model.family: decoder for text."];
  if (data.kind === "images" && data.format === "idx" && data.labels === undefined)
    yield ["data.labels", "given for format idx", "nothing", "Name the IDX files of the labels."];
  yield* brokenSparsity(sparsity);
  const { kind, warmupSteps } = training.learningRate;
  if (kind !== "rsqrt" && warmupSteps > 0 && warmupSteps >= training.steps)
    yield [
      "training.learningRate.warmupSteps",
      `below training.steps (${training.steps})`,
      warmupSteps,
      "Train longer or warm up less.",
    ];
}

function* brokenSparsity({ start, end, final, pattern }: SparsityConfig): Generator<Broken> {
  if (start > end) yield ["sparsity.start", `at most sparsity.end (${end})`, start, "The ramp runs from start to end."];
  if (pattern.kind !== "nm") return;
  const { n, m } = pattern;
  if (n >= m) yield ["sparsity.pattern.n", `below m (${m})`, n, "n is the number kept of m."];
  else if (Math.abs(final - (1 - n / m)) > 1e-12)
    yield ["sparsity.final", `1 − n/m = ${1 - n / m} for the ${n}:${m} pattern`, final, "Change one of the two."];
}

/**
 * The model part of a run's configuration, for a decoder-only language model.
 *
 *     train({ model: decoder({ dModel: 64, numLayers: 2, numHeads: 2, seqLen: 128 }), … })
 */
export function decoder(model: Omit<z.input<typeof decoderSchema>, "family">): z.input<typeof decoderSchema> {
  return { family: "decoder", ...model };
}

/**
 * The model part of a run's configuration, for a vision transformer.
 *
 *     train({ model: vit({ dModel: 64, numLayers: 4, numHeads: 4, patchSize: 4 }), … })
 */
export function vit(model: Omit<z.input<typeof vitSchema>, "family">): z.input<typeof vitSchema> {
  return { family: "vit", ...model };
}
