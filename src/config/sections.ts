/** The sections of a configuration, put together from the schemas of the parts. */
import { z } from "zod";
import { choice, choiceWithDefault, derivedDefault, later, type Option, without } from "../core/choice.ts";
import { flow } from "../core/outline.ts";
import { DEFAULT_METHOD } from "../methods/index.ts";
import type { OptimizerDefaults } from "../optimizers/optimizer.ts";
import { parts } from "./parts.ts";

/** Near the crossover of every machine tried: what it costs against each machine's own is in docs/performance.md. */
const SWITCH_DENSITY = 0.8;

const count = z.int().positive();
const atLeastZero = z.int().nonnegative();

/** A link to the section of the first part of a list. */
function link(section: string, key: string, { names }: { readonly names: readonly string[] }): string {
  return `[${section}](#${section.replaceAll(".", "").toLowerCase()}-${key}-${names[0]})`;
}

/** What each optimizer brings along where a key is left out. */
function defaultsOf(of: (defaults: OptimizerDefaults) => string): string {
  return `Left out: ${parts.optimizers.all.map(({ name, defaults }) => `${of(defaults)} with ${name}`).join(", ")}.`;
}

const schemasOf = (list: readonly { readonly schema: Option }[]) => list.map(({ schema }) => schema);

export function modelSection(): z.ZodType {
  return choice("family", schemasOf(parts.families.all)).describe(
    `What is trained: see ${link("model", "family", parts.families)}.`,
  );
}

/** Without the settings that follow from the size; of the families that can be scaled. */
export function scaledModelSection(): z.ZodType {
  const schemas = parts.families.all.flatMap(({ schema, scaling }) =>
    scaling === undefined ? [] : [without(schema, scaling.keys)],
  );
  return choice("family", schemas);
}

export function dataSection(): z.ZodType {
  return choice("kind", schemasOf(parts.sources.all)).describe(
    `What it reads: see ${link("data", "kind", parts.sources)}.`,
  );
}

export function trainingSection(): Option {
  return z.strictObject({
    steps: count.describe("Optimizer steps."),
    batchSize: count.describe("Sequences or images in a step."),
    optimizer: choice("kind", schemasOf(parts.optimizers.all))
      .prefault({ kind: "adamw" })
      .describe(`See ${link("training.optimizer", "kind", parts.optimizers)}.`),
    learningRate: derivedDefault(
      choice("kind", schemasOf(parts.rates.all)).describe(
        `See ${link("training.learningRate", "kind", parts.rates)}. ${defaultsOf((optimizer) => flow(optimizer.learningRate))}`,
      ),
      "the optimizer's",
    ),
    clipNorm: derivedDefault(
      z
        .number()
        .positive()
        .nullable()
        .describe(
          `Gradients are scaled down to this global L2 norm, taken over the weights that are kept; \`null\` leaves them as they are. ${defaultsOf((optimizer) => String(optimizer.clipNorm))}`,
        ),
      "the optimizer's",
    ),
    clipElement: later(
      z
        .number()
        .positive()
        .nullable()
        .default(null)
        .describe("Before that, each element of the gradients is brought into ± this; `null` leaves it."),
      null,
    ),
    zLoss: z.number().nonnegative().default(0).describe("Coefficient of (log Z)² in the training loss."),
    evalEvery: atLeastZero.default(0).describe("Validation every so many steps; 0: at the end only."),
    evalExamples: atLeastZero.default(0).describe("Validation examples at most; 0: all of the split."),
    checkpointEvery: atLeastZero
      .default(0)
      .describe("Checkpoint every so many steps; 0: when stopped and at the end only."),
  });
}

/**
 * The keys that every method has, around those of the chosen one.
 *
 * @param omitted keys that are decided elsewhere
 */
export function sparsitySection(omitted: readonly string[] = []): z.ZodType {
  const final = z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      "S: fraction of zero weights at the end, in every matrix of attention and MLP. Embedding and head take 1 − √(1−S).",
    );
  const pattern = choice("kind", schemasOf(parts.patterns.all))
    .prefault({ kind: "unstructured" })
    .describe(`See ${link("sparsity.pattern", "kind", parts.patterns)}.`);
  const switchDensity = z
    .union([z.literal("measured"), z.number().min(0).max(1)])
    .default(SWITCH_DENSITY)
    .describe(
      "Density below which a weight is stored compressed (CSR). It decides the order of some sums, so the default is one number everywhere; `measured` asks this machine once, and the bits are then its own.",
    );
  const options = parts.methods.all.map(({ schema }) => {
    const { method, ...own } = schema.shape;
    return without(
      z.strictObject({ method: later(method, DEFAULT_METHOD), final, pattern, ...own, switchDensity }),
      omitted,
    );
  });
  return choiceWithDefault("method", options, {
    otherwise: DEFAULT_METHOD,
    shared: ["final", "pattern", "switchDensity"],
  });
}
