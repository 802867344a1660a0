/** The runs that pin what training computes: a covering design over everything that a run may choose. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunConfigInput } from "../../src/config/run-config.ts";
import { RandomStream } from "../../src/core/rng.ts";

export const STEPS = 8;
/** Every so many runs one takes two threads: starting them takes longer than the run. */
const THREADED = 8;

const tokens = { dModel: 8, numLayers: 1, numHeads: 2, seqLen: 12 };
const patches = { dModel: 8, numLayers: 1, numHeads: 2, patchSize: 4 };

/** Model and data go together; the other factors are free. */
const SUBJECTS = {
  "decoder on synthetic text": {
    model: { family: "decoder", ...tokens },
    data: { kind: "synthetic-text", vocabSize: 20, sourceSeed: 3 },
  },
  "tied decoder, RMSNorm, gated GELU, no biases, over two tiles": {
    model: {
      family: "decoder",
      ...tokens,
      seqLen: 36,
      norm: "rmsnorm",
      activation: "geglu",
      bias: false,
      tiedEmbedding: true,
    },
    data: { kind: "synthetic-text", vocabSize: 20 },
  },
  "decoder on a text split by position": {
    model: { family: "decoder", ...tokens, dFf: 24, numLayers: 2 },
    data: { kind: "text", paths: "text.txt", validFraction: 0.2 },
  },
  "decoder on a text split by document": {
    model: { family: "decoder", ...tokens, norm: "rmsnorm" },
    data: { kind: "text", paths: "text.txt", split: "document" },
  },
  "vit with class token on synthetic images": {
    model: { family: "vit", ...patches, pooling: "class" },
    data: { kind: "synthetic-images", imageSize: 8, numClasses: 4, channels: 2, noise: 0.5 },
  },
  "vit with mean pooling on IDX images": {
    model: { family: "vit", ...patches, activation: "geglu" },
    data: {
      kind: "images",
      format: "idx",
      paths: "images.idx",
      labels: "labels.idx",
      validFraction: 0.25,
      augmentShift: 2,
    },
  },
  "vit with class token on CIFAR": {
    model: { family: "vit", ...patches, patchSize: 16, pooling: "class", norm: "rmsnorm", bias: false },
    data: { kind: "images", format: "cifar10", paths: "cifar.bin", validFraction: 0.25 },
  },
} as const;

const FACTORS = {
  subject: SUBJECTS,
  optimizer: {
    adamw: { kind: "adamw" },
    "adamw, decay .5": { kind: "adamw", beta1: 0.8, beta2: 0.98, epsilon: 1e-4, weightDecay: 0.5 },
    adafactor: { kind: "adafactor" },
    "adafactor, clipped": { kind: "adafactor", clipThreshold: 0.3, minParameterScale: 0.05, decayExponent: 0.6 },
    sgd: { kind: "sgd" },
    "sgd without momentum": { kind: "sgd", momentum: 0 },
  },
  learningRate: {
    constant: { kind: "constant", peak: 0.02 },
    "constant, warm-up": { kind: "constant", peak: 0.02, warmupSteps: 3 },
    cosine: { kind: "cosine", peak: 0.02, warmupSteps: 2 },
    rsqrt: { kind: "rsqrt", scale: 0.04, warmupSteps: 4 },
    wsd: { kind: "wsd", peak: 0.02, warmupSteps: 2, decayFraction: 0.4 },
  },
  clip: { "clip 1": 1, "clip .05": 0.05, "no clip": null },
  sparsity: {
    dense: {},
    "S .5": { final: 0.5 },
    "S .875": { final: 0.875 },
    "2:4": { final: 0.5, pattern: { kind: "nm", n: 2, m: 4 } },
    "1:8": { final: 0.875, pattern: { kind: "nm", n: 1, m: 8 } },
  },
  format: { masked: 0, "CSR from 50 %": 0.5, "CSR at once": 1 },
  zLoss: { "no z-loss": 0, "z-loss": 0.01 },
  seed: { "seed 0": 0, "seed 7": 7 },
  stop: { uninterrupted: STEPS, "stopped after 4": 4, "stopped after 5": 5 },
} as const;

type Factor = keyof typeof FACTORS;
type Levels = Readonly<Record<Factor, string>>;

export interface NetRun {
  readonly name: string;
  readonly levels: Levels;
  readonly config: RunConfigInput;
  readonly threads: number;
  readonly stopAfter: number;
}

const factors = Object.keys(FACTORS) as Factor[];
const levelsOf = (factor: Factor) => Object.keys(FACTORS[factor]);

/** Runs that between them have every pair of levels: each the best of some random ones at what is still missing. */
export function netRuns(): NetRun[] {
  const runs: NetRun[] = [];
  const missing = new Set(allPairs());
  for (let run = 0; missing.size > 0 || run < 60; run++) {
    const candidates = Array.from({ length: 40 }, (_, i) => randomLevels(new RandomStream(1, "net", 40 * run + i)));
    const gain = (levels: Levels) => pairsOf(levels).filter((pair) => missing.has(pair)).length;
    const best = candidates.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairsOf(best)) missing.delete(pair);
    runs.push(netRun(best, run % THREADED === 0 ? 2 : 1));
  }
  return runs;
}

/** Pairs of levels that no run has. */
export function uncoveredPairs(runs: readonly NetRun[]): string[] {
  const covered = new Set(runs.flatMap(({ levels }) => pairsOf(levels)));
  return allPairs().filter((pair) => !covered.has(pair));
}

function allPairs(): string[] {
  return factors.flatMap((a, i) =>
    factors.slice(i + 1).flatMap((b) => levelsOf(a).flatMap((x) => levelsOf(b).map((y) => `${x} + ${y}`))),
  );
}

function pairsOf(levels: Levels): string[] {
  return factors.flatMap((a, i) => factors.slice(i + 1).map((b) => `${levels[a]} + ${levels[b]}`));
}

function randomLevels(stream: RandomStream): Levels {
  const drawn = factors.map((factor) => {
    const levels = levelsOf(factor);
    return [factor, levels[stream.integer(levels.length)]!] as const;
  });
  return Object.fromEntries(drawn) as Record<Factor, string>;
}

function netRun(levels: Levels, threads: number): NetRun {
  const at = <F extends Factor>(factor: F): unknown => (FACTORS[factor] as Record<string, unknown>)[levels[factor]];
  const ramp = { start: 0, end: 0.8, interval: 2, switchDensity: at("format") };
  const config = {
    ...Object(at("subject")),
    seed: at("seed"),
    training: {
      steps: STEPS,
      batchSize: 4,
      optimizer: at("optimizer"),
      learningRate: at("learningRate"),
      clipNorm: at("clip"),
      zLoss: at("zLoss"),
      evalExamples: 6,
    },
    sparsity: { ...ramp, ...Object(at("sparsity")) },
  } as RunConfigInput;
  const name = [...factors.map((factor) => levels[factor]), `${threads} threads`].join(" · ");
  return { name, levels, config, threads, stopAfter: Number(at("stop")) };
}

/** The files that the subjects read. */
export function writeNetData(directory: string): void {
  const words = ["sparse", "models", "learn", "from", "few", "weights", "and", "many", "tokens"];
  const stream = new RandomStream(2, "net data");
  const sentence = () => Array.from({ length: 6 }, () => words[stream.integer(words.length)]).join(" ");
  writeFileSync(join(directory, "text.txt"), Array.from({ length: 40 }, sentence).join("\n\n"));
  const [count, side] = [32, 8];
  const bytes = (length: number) => Uint8Array.from({ length }, () => stream.integer(256));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  writeFileSync(join(directory, "images.idx"), idx(0x803, [count, side, side], bytes(count * side * side)));
  writeFileSync(join(directory, "labels.idx"), idx(0x801, [count], labels));
  const cifar = Array.from({ length: count }, (_, i) => [i % 4, ...bytes(3 * 32 * 32)]);
  writeFileSync(join(directory, "cifar.bin"), Uint8Array.from(cifar.flat()));
}

function idx(magic: number, dimensions: readonly number[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * dimensions.length + data.length);
  const view = new DataView(file.buffer);
  for (const [i, word] of [magic, ...dimensions].entries()) view.setUint32(4 * i, word);
  file.set(data, 4 + 4 * dimensions.length);
  return file;
}
