import { describe, expect, test } from "vitest";
import { parseRunConfig, type RunConfigInput, runConfigSchema } from "../../src/config/run-config.ts";
import { parseYamlConfig } from "../../src/config/yaml.ts";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import { nearest } from "../../src/core/nearest.ts";
import { outline } from "../../src/core/outline.ts";

const yaml = `# a comment moves the lines
model:
  family: decoder
  dModel: 32
  numLayers: 2
  numHeads: 4
  seqLen: 64
data:
  kind: text
  paths: corpus.txt
training:
  steps: 200
  batchSize: 8
sparsity:
  final: 0.75
`;

const complaint = (text: string): string => {
  try {
    parseYamlConfig(text, "run.yaml");
  } catch (error) {
    if (error instanceof ConfigError || error instanceof FormatError) return error.message;
    throw error;
  }
  return "no complaint";
};
const edited = (from: string, to: string) => {
  if (!yaml.includes(from)) throw new Error(`the fixture has no "${from}"`);
  return yaml.replace(from, to);
};

describe("a good configuration", () => {
  test("comes back with every default filled in", () => {
    const config = parseYamlConfig(yaml, "run.yaml");
    expect(config.data).toEqual({ kind: "text", paths: ["corpus.txt"], validFraction: 0.1, split: "position" });
    expect(config.training.optimizer).toMatchObject({ kind: "adamw", beta2: 0.95 });
    expect(config.sparsity).toMatchObject({ final: 0.75, start: 0.25, end: 0.75, pattern: { kind: "unstructured" } });
  });

  test("is a fixed point: parsing the parsed form changes nothing", () => {
    const config = parseYamlConfig(yaml, "run.yaml");
    expect(parseRunConfig(config)).toEqual(config);
  });

  test("may be JSON", () => {
    const config = parseYamlConfig(yaml, "run.yaml");
    expect(parseYamlConfig(JSON.stringify(config), "config.json")).toEqual(config);
  });
});

describe("defaults that follow from other settings", () => {
  const trainingWith = (optimizer: string) =>
    parseYamlConfig(edited("  batchSize: 8\n", `  batchSize: 8\n  optimizer: { kind: ${optimizer} }\n`), "run.yaml")
      .training;

  test("AdamW has its clip norm and cosine, Adafactor the paper's recipe: no clipping, 1/√max(step, 10 000)", () => {
    expect(trainingWith("adamw")).toMatchObject({
      clipNorm: 1,
      learningRate: { kind: "cosine", peak: 1e-3, warmupSteps: 0, final: 0.1 },
    });
    expect(trainingWith("adafactor")).toMatchObject({
      clipNorm: null,
      learningRate: { kind: "rsqrt", scale: 1, warmupSteps: 10_000 },
    });
  });

  test("what is given stays: null is a clip norm", () => {
    const text = edited("  batchSize: 8\n", "  batchSize: 8\n  clipNorm: null\n");
    expect(parseYamlConfig(text, "run.yaml").training.clipNorm).toBeNull();
  });

  test.each([
    [200, 5],
    [4000, 100],
    [250_000, 100],
    [10, 1],
  ])("a ramp over half of %i steps is walked every %i steps", (steps, interval) => {
    expect(parseYamlConfig(edited("steps: 200", `steps: ${steps}`), "run.yaml").sparsity.interval).toBe(interval);
  });
});

const synthetic = "kind: synthetic-text\n";
const images = "kind: images\n  format: idx\n  paths: a.idx";
const badInputs: [what: string, text: string, message: string][] = [
  [
    "a misspelt key, and not also its absence",
    edited("steps: 200", "step: 200"),
    "run.yaml:12: training.step must be a known key; got step. Did you mean steps?",
  ],
  [
    "snake case",
    edited("dModel", "d_model"),
    "run.yaml:4: model.d_model must be a known key; got d_model. Did you mean dModel?",
  ],
  [
    "an unknown key",
    edited("final: 0.75", "frobnicate: 1"),
    "run.yaml:15: sparsity.frobnicate must be a known key; got frobnicate. Known keys: method, final, pattern, start, end, interval, switchDensity.",
  ],
  [
    "a missing key",
    edited("  batchSize: 8\n", ""),
    "run.yaml:11: training.batchSize must be a positive integer; got nothing. Add it.",
  ],
  [
    "a missing section",
    edited("model:", "#\nx:"),
    "run.yaml:3: model must be a mapping with family: decoder, vit; got nothing. Add it.\n" +
      "run.yaml:3: x must be a known key; got x. Known keys: name, seed, model, data, training, sparsity, variant, plugins.",
  ],
  [
    "a sparsity of 1",
    edited("final: 0.75", "final: 1"),
    "run.yaml:15: sparsity.final must be a number in [0, 1); got 1. Leave it out for the default, 0.",
  ],
  [
    "a negative sparsity",
    edited("final: 0.75", "final: -0.5"),
    "run.yaml:15: sparsity.final must be a number in [0, 1); got -0.5. Leave it out for the default, 0.",
  ],
  [
    "a sparsity in percent",
    edited("final: 0.75", "final: 75%"),
    'run.yaml:15: sparsity.final must be a number in [0, 1); got "75%". Write 0.75 for 75 %.',
  ],
  [
    "a share written as a percentage",
    edited("final: 0.75", "final: 75"),
    "run.yaml:15: sparsity.final must be a number in [0, 1); got 75. Write 0.75 for 75 %.",
  ],
  [
    "a width that the heads do not divide",
    edited("dModel: 32", "dModel: 30"),
    "run.yaml:4: model.dModel must be divisible by model.numHeads (4); got 30. Change one of the two.",
  ],
  [
    "a validation split of zero",
    edited("paths: corpus.txt", "paths: corpus.txt\n  validFraction: 0"),
    "run.yaml:11: data.validFraction must be a number in (0, 1); got 0. Leave it out for the default, 0.1.",
  ],
  [
    "an unknown kind of data",
    edited("kind: text", "kind: texts"),
    'run.yaml:9: data.kind must be text or images or digits or synthetic-text or synthetic-images; got "texts". Did you mean text?',
  ],
  [
    "no kind of data",
    edited("  kind: text\n", ""),
    "run.yaml:8: data.kind must be text or images or digits or synthetic-text or synthetic-images; got nothing. Add it.",
  ],
  [
    "a key of another kind of data",
    edited("kind: text", synthetic.trimEnd()),
    "run.yaml:10: data.paths must be a known key; got paths. Known keys: kind, vocabSize, sourceSeed.",
  ],
  [
    "images for a decoder",
    edited("kind: text\n  paths: corpus.txt", "kind: synthetic-images"),
    "run.yaml:9: data.kind must be text or synthetic-text for a decoder; got synthetic-images. Choose model.family: vit for images.",
  ],
  [
    "IDX images without labels",
    edited("kind: text\n  paths: corpus.txt", images)
      .replace("family: decoder\n  dModel: 32", "family: vit\n  patchSize: 7\n  dModel: 32")
      .replace("  seqLen: 64\n", ""),
    "run.yaml:8: data.labels must be given for format idx; got nothing. Name the IDX files of the labels.",
  ],
  [
    "no paths",
    edited("paths: corpus.txt", "paths: []"),
    "run.yaml:10: data.paths must be text or a list of text; got []. Change it.",
  ],
  [
    "a number with separators",
    edited("steps: 200", "steps: 10_000"),
    'run.yaml:12: training.steps must be a positive integer; got "10_000". Write 10000, without quotes or separators.',
  ],
  [
    "a number with thousands apart",
    edited("steps: 200", "steps: 1,200"),
    'run.yaml:12: training.steps must be a positive integer; got "1,200". Write 1200, without quotes or separators.',
  ],
  [
    "a decimal comma",
    edited("steps: 200", "steps: 200\n  learningRate: { kind: constant, peak: '0,003' }"),
    'run.yaml:13: training.learningRate.peak must be a positive number; got "0,003". Write 0.003, without quotes or separators.',
  ],
  [
    "half a step",
    edited("steps: 200", "steps: 0.5"),
    "run.yaml:12: training.steps must be a positive integer; got 0.5. Change it.",
  ],
  [
    "not a number",
    edited("steps: 200", "steps: .nan"),
    "run.yaml:12: training.steps must be a positive integer; got NaN. Change it.",
  ],
  [
    "a misspelt choice",
    edited("numHeads: 4", "numHeads: 4\n  norm: rms_nrm"),
    'run.yaml:7: model.norm must be layernorm or rmsnorm; got "rms_nrm". Did you mean rmsnorm?',
  ],
  [
    "a warm-up as long as the run",
    edited("steps: 200", "steps: 100\n  learningRate: { kind: constant, peak: 0.001, warmupSteps: 100 }"),
    "run.yaml:13: training.learningRate.warmupSteps must be below training.steps (100); got 100. Train longer or warm up less.",
  ],
  [
    "a ramp that ends before it starts",
    edited("final: 0.75", "final: 0.75\n  start: 0.9"),
    "run.yaml:16: sparsity.start must be at most sparsity.end (0.75); got 0.9. The ramp runs from start to end.",
  ],
  [
    "a sparsity that the n:m pattern cannot have",
    edited("final: 0.75", "final: 0.75\n  pattern: { kind: nm, n: 2, m: 4 }"),
    "run.yaml:15: sparsity.final must be 1 − n/m = 0.5 for the 2:4 pattern; got 0.75. Change one of the two.",
  ],
  [
    "an n:m pattern that keeps everything",
    edited("final: 0.75", "final: 0.5\n  pattern: { kind: nm, n: 4, m: 4 }"),
    "run.yaml:16: sparsity.pattern.n must be below m (4); got 4. n is the number kept of m.",
  ],
  [
    "an empty file",
    "",
    "run.yaml:1: the configuration must be a mapping with the keys name, seed, model, data, training, sparsity, variant, plugins; got null. Change it.",
  ],
  [
    "a key given twice",
    edited("steps: 200", "steps: 200\n  steps: 300"),
    "run.yaml:13: the document must be YAML; got: Map keys must be unique. Mend the syntax.",
  ],
];

describe("a bad configuration gets one line: place, key, condition, value, remedy", () => {
  test.each(badInputs)("%s", (_, text, message) => {
    expect(complaint(text)).toBe(message);
  });

  test("several problems are named together", () => {
    const lines = complaint(edited("steps: 200", "steps: 0").replace("final: 0.75", "final: 2")).split("\n");
    expect(lines).toEqual([
      "run.yaml:12: training.steps must be a positive integer; got 0. Change it.",
      "run.yaml:15: sparsity.final must be a number in [0, 1); got 2. Write 0.02 for 2 %.",
    ]);
  });

  test("lines are found through anchors", () => {
    const text = `common: &model\n  family: decoder\n  dModel: 0\nmodel: *model\n`;
    expect(complaint(text)).toContain("run.yaml:3: model.dModel must be a positive integer; got 0.");
  });

  test("a configuration of the API is named without lines", () => {
    expect(() => parseRunConfig({ seed: -1 } as unknown as RunConfigInput)).toThrow(
      "config: seed must be an integer in [0, 4294967295]; got -1. Leave it out for the default, 0.",
    );
  });
});

test("a misspelt word finds its candidate, a different one does not", () => {
  expect(nearest("num_layers", ["numLayers", "numHeads"])).toBe("numLayers");
  expect(nearest("sparcity", ["sparsity", "steps"])).toBe("sparsity");
  expect(nearest("foo", ["final", "start"])).toBeUndefined();
  expect(nearest("foo", [])).toBeUndefined();
});

test("the outline names every key with its condition and default", () => {
  const keys = outline(runConfigSchema());
  expect(keys.length).toBeGreaterThan(60);
  expect(keys).toContainEqual({ section: "sparsity", key: "final", condition: "a number in [0, 1)", default: "0" });
  expect(keys).toContainEqual({
    section: "training",
    key: "clipNorm",
    condition: "a positive number or null",
    default: "the optimizer's",
  });
  expect(keys).toContainEqual({
    section: "training.learningRate (kind: rsqrt)",
    key: "warmupSteps",
    condition: "a positive integer",
    default: "10000",
  });
});
