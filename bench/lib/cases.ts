/** Every kernel that is not a product of a linear layer, at the sizes of the reference models and of longer sequences. */

import type { Recorder } from "../../src/calibration/workbench.ts";
import { type KernelArgs, type KernelName, PARTIAL_CHUNK, TILE, TOPK_SCRATCH } from "../../src/kernels/registry.ts";
import { csrSizes } from "../../src/memory/csr.ts";
import type { Tensor } from "../../src/memory/tensor.ts";
import { type Scratch, scratch } from "../../src/tape/tape.ts";

export interface BenchCase {
  readonly kernel: KernelName;
  readonly shape: Readonly<Record<string, number>>;
  /** Floating-point operations that are executed, where they are what takes the time. */
  readonly flops?: number;
  record(recorder: Recorder): void;
}

/** The decoder's activations: batch 16 × 128 tokens, 256 features; its MLP has 1024. */
const TOKENS = 2048;
const TILES = TOKENS / TILE;
const VOCABULARY = 256;
/** Weights of the decoder's largest matrix. */
const WEIGHTS = 256 * 1024;

type Args<K extends KernelName> = KernelArgs<K, Tensor, Scratch>;

function benchCase<K extends KernelName>(
  kernel: K,
  shape: Record<string, number>,
  record: (recorder: Recorder) => { extent: number; args: Args<K> },
  flops?: number,
): BenchCase {
  return {
    kernel,
    shape,
    ...(flops === undefined ? {} : { flops }),
    record(recorder) {
      const { extent, args } = record(recorder);
      recorder.tape.call(kernel, extent, args);
    },
  };
}

const tiles = (r: Recorder, name: string, features: number, numTiles = TILES) =>
  r.tensor(name, numTiles * features * TILE);
const lanes = (r: Recorder, name: string, count = TILES) => r.tensor(name, count * TILE);
const tokenIds = (r: Recorder, name: string) =>
  r.tensor(name, TOKENS, "i32", (_, stream) => Math.floor(stream.uniform() * VOCABULARY));

export const BENCH_CASES: readonly BenchCase[] = [
  ...[
    { batch: 16, heads: 4, headDim: 64, seqLen: 128, causal: 1 },
    { batch: 32, heads: 3, headDim: 64, seqLen: 64, causal: 0 },
    { batch: 1, heads: 4, headDim: 64, seqLen: 512, causal: 1 },
    { batch: 1, heads: 4, headDim: 64, seqLen: 512, causal: 0 },
    { batch: 16, heads: 8, headDim: 16, seqLen: 128, causal: 1 },
  ].flatMap(attentionCases),
  ...normCases(),
  ...activationCases(),
  ...lossCases(),
  ...embeddingCases(),
  ...elementwiseCases(),
  ...optimizerCases(),
  ...structureCases(),
];

interface AttentionShape extends Readonly<Record<string, number>> {
  readonly batch: number;
  readonly heads: number;
  readonly headDim: number;
  readonly seqLen: number;
  readonly causal: number;
}

/** Executed products: whole 32 × 32 tiles, those beyond the diagonal left out where causal. */
function attentionCases(shape: AttentionShape): BenchCase[] {
  const { batch, heads, headDim, seqLen, causal } = shape;
  const seqTiles = seqLen / TILE;
  const tilePairs = causal ? (seqTiles * (seqTiles + 1)) / 2 : seqTiles ** 2;
  const productFlops = batch * heads * tilePairs * TILE * TILE * headDim * 2;
  const geometry = { numHeads: heads, headDim, seqTiles, seqLen, causal, scale: 1 / Math.sqrt(headDim) };
  const nt = batch * seqTiles;
  const activations = (r: Recorder, ...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, tiles(r, `${name} ${JSON.stringify(shape)}`, heads * headDim, nt)]));
  return [
    benchCase(
      "f32_attention",
      shape,
      (r) => ({
        extent: batch * heads,
        args: {
          ...(activations(r, "q", "k", "v", "o") as Record<"q" | "k" | "v" | "o", Tensor>),
          lse: lanes(r, "lse", heads * nt),
          ...geometry,
          scratch: scratch((seqTiles * TILE + 1) * 128),
        },
      }),
      2 * productFlops,
    ),
    benchCase(
      "f32_attention_backward",
      shape,
      (r) => ({
        extent: batch * heads,
        args: {
          ...(activations(r, "q", "k", "v", "o", "dO", "dq", "dk", "dv") as Record<
            "q" | "k" | "v" | "o" | "dO" | "dq" | "dk" | "dv",
            Tensor
          >),
          // the size of Σ exp of such logits, so that probabilities are what they are in training
          lse: r.tensor("lse", heads * nt * TILE, "f32", () => Math.log(seqLen)),
          ...geometry,
          scratch: scratch((4 * TILE + seqTiles) * 128),
        },
      }),
      5 * productFlops,
    ),
  ];
}

function normCases(): BenchCase[] {
  const features = 256;
  const shape = { tokens: TOKENS, features };
  const vector = (r: Recorder, name: string) => r.tensor(name, features);
  const inputs = (r: Recorder) => ({ x: tiles(r, "x", features), gain: vector(r, "gain") });
  const gradients = (r: Recorder) => ({ dy: tiles(r, "dy", features), addend: tiles(r, "addend", features) });
  return [
    benchCase("f32_layernorm", shape, (r) => ({
      extent: TILES,
      args: {
        ...inputs(r),
        bias: vector(r, "bias"),
        y: tiles(r, "y", features),
        stats: lanes(r, "stats", 2 * TILES),
        features,
        epsilon: 1e-5,
      },
    })),
    benchCase("f32_layernorm_dx", shape, (r) => ({
      extent: TILES,
      args: {
        ...inputs(r),
        ...gradients(r),
        stats: lanes(r, "stats", 2 * TILES),
        dx: tiles(r, "dx", features),
        features,
      },
    })),
    benchCase("f32_layernorm_dparams", shape, (r) => ({
      extent: features,
      args: {
        x: tiles(r, "x", features),
        stats: lanes(r, "stats", 2 * TILES),
        dy: tiles(r, "dy", features),
        dgain: vector(r, "dgain"),
        dbias: vector(r, "dbias"),
        features,
        numTiles: TILES,
      },
    })),
    benchCase("f32_rmsnorm", shape, (r) => ({
      extent: TILES,
      args: { ...inputs(r), y: tiles(r, "y", features), stats: lanes(r, "stats"), features, epsilon: 1e-5 },
    })),
    benchCase("f32_rmsnorm_dx", shape, (r) => ({
      extent: TILES,
      args: { ...inputs(r), ...gradients(r), stats: lanes(r, "stats"), dx: tiles(r, "dx", features), features },
    })),
    benchCase("f32_rmsnorm_dgain", shape, (r) => ({
      extent: features,
      args: {
        x: tiles(r, "x", features),
        stats: lanes(r, "stats"),
        dy: tiles(r, "dy", features),
        dgain: vector(r, "dgain"),
        features,
        numTiles: TILES,
      },
    })),
  ];
}

function activationCases(): BenchCase[] {
  const features = 1024;
  const shape = { tokens: TOKENS, features };
  const hidden = (r: Recorder, name: string) => tiles(r, name, features);
  return [
    benchCase("f32_gelu", shape, (r) => ({ extent: TILES, args: { x: hidden(r, "x"), y: hidden(r, "y"), features } })),
    benchCase("f32_gelu_backward", shape, (r) => ({
      extent: TILES,
      args: { x: hidden(r, "x"), dy: hidden(r, "dy"), dx: hidden(r, "dx"), features },
    })),
    benchCase("f32_geglu", shape, (r) => ({
      extent: TILES,
      args: { gate: hidden(r, "gate"), value: hidden(r, "value"), y: hidden(r, "y"), features },
    })),
    benchCase("f32_geglu_backward", shape, (r) => ({
      extent: TILES,
      args: {
        gate: hidden(r, "gate"),
        value: hidden(r, "value"),
        dy: hidden(r, "dy"),
        dGate: hidden(r, "dGate"),
        dValue: hidden(r, "dValue"),
        features,
      },
    })),
    benchCase("f32_bias_gradient", shape, (r) => ({
      extent: features,
      args: { dy: hidden(r, "dy"), db: r.tensor("db", features), features, numTiles: TILES },
    })),
  ];
}

function lossCases(): BenchCase[] {
  return [
    benchCase("f32_cross_entropy", { tokens: TOKENS, classes: VOCABULARY }, (r) => ({
      extent: TILES,
      args: {
        logits: tiles(r, "logits", VOCABULARY),
        labels: tokenIds(r, "labels"),
        losses: lanes(r, "losses"),
        hits: lanes(r, "hits"),
        dLogits: tiles(r, "dLogits", VOCABULARY),
        classes: VOCABULARY,
        gradScale: 1 / TOKENS,
        zLoss: 0,
      },
    })),
    benchCase("f64_loss_totals", { tokens: TOKENS }, (r) => ({
      extent: 1,
      args: {
        losses: lanes(r, "losses"),
        hits: lanes(r, "hits"),
        labels: tokenIds(r, "labels"),
        numTiles: TILES,
        totals: r.tensor("totals", 3, "f64"),
      },
    })),
  ];
}

function embeddingCases(): BenchCase[] {
  const features = 256;
  const [seqLen, batch] = [128, 16];
  const seqTiles = seqLen / TILE;
  const shape = { tokens: TOKENS, features };
  const x = (r: Recorder, name: string) => tiles(r, name, features);
  const image = { images: 32, channels: 3, height: 32, width: 32, patchSize: 4 };
  const patchTiles = ((image.height / image.patchSize) * (image.width / image.patchSize)) / TILE;
  const patchFeatures = image.channels * image.patchSize ** 2;
  const { images, ...dimensions } = image;
  return [
    benchCase("f32_embedding", { ...shape, vocabSize: VOCABULARY }, (r) => ({
      extent: TILES,
      args: {
        tokens: tokenIds(r, "tokens"),
        table: r.tensor("table", VOCABULARY * features),
        positions: r.tensor("positions", seqLen * features),
        y: x(r, "y"),
        features,
        seqTiles,
        seqLen,
      },
    })),
    benchCase("f32_embedding_backward", { ...shape, vocabSize: VOCABULARY }, (r) => ({
      extent: features,
      args: {
        tokens: tokenIds(r, "tokens"),
        dy: x(r, "dy"),
        dTable: r.tensor("dTable", VOCABULARY * features),
        vocabSize: VOCABULARY,
        features,
        numTiles: TILES,
        accumulate: 0,
      },
    })),
    benchCase("f32_position_gradient", { ...shape, seqLen }, (r) => ({
      extent: features,
      args: {
        dy: x(r, "dy"),
        dPositions: r.tensor("dPositions", seqLen * features),
        features,
        seqTiles,
        seqLen,
        batch,
      },
    })),
    benchCase("f32_patches", image, (r) => ({
      extent: images,
      args: {
        images: r.tensor("images", images * image.channels * image.height * image.width),
        patches: tiles(r, "patches", patchFeatures, images * patchTiles),
        ...dimensions,
        firstToken: 0,
        seqTiles: patchTiles,
      },
    })),
    benchCase("f32_add_positions", { ...shape, seqLen }, (r) => ({
      extent: TILES,
      args: {
        x: x(r, "x"),
        positions: r.tensor("positions", seqLen * features),
        classToken: null,
        y: x(r, "y"),
        features,
        seqTiles,
        seqLen,
      },
    })),
    benchCase("f32_pool", { ...shape, seqLen }, (r) => ({
      extent: 1,
      args: {
        x: x(r, "x"),
        y: tiles(r, "y", features, 1),
        features,
        seqTiles,
        firstToken: 0,
        lastToken: seqLen,
        batch,
      },
    })),
    benchCase("f32_pool_backward", { ...shape, seqLen }, (r) => ({
      extent: batch,
      args: { dy: tiles(r, "dy", features, 1), dx: x(r, "dx"), features, seqTiles, firstToken: 0, lastToken: seqLen },
    })),
    benchCase("f32_class_token_gradient", { ...shape, seqLen }, (r) => ({
      extent: features,
      args: { dy: x(r, "dy"), dClassToken: r.tensor("dClassToken", features), features, seqTiles, batch },
    })),
  ];
}

function elementwiseCases(): BenchCase[] {
  const elements = 2 ** 20;
  const kernels = ["f32_exp", "f32_exp2", "f32_tanh", "f32_log"] as const;
  return kernels.map((kernel) =>
    benchCase(kernel, { elements }, (r) => ({
      extent: elements,
      args: { x: r.tensor("x", elements, "f32", (_, s) => 0.1 + s.uniform()), y: r.tensor("y", elements) },
    })),
  );
}

function optimizerCases(): BenchCase[] {
  const chunks = WEIGHTS / PARTIAL_CHUNK;
  const shape = { weights: WEIGHTS };
  const plane = (r: Recorder, name: string) => r.tensor(name, WEIGHTS, "f32", (_, s) => 0.1 + s.uniform());
  const scale = (r: Recorder) => r.tensor("scale", 2, "f32", () => 1);
  const hyper = (r: Recorder) => r.tensor("hyper", 4, "f32", () => 1e-3);
  const partials = (r: Recorder, length: number) => r.tensor("partials", length, "f64", () => 1);
  return [
    benchCase("f32_square_sum", shape, (r) => ({
      extent: chunks,
      args: { x: plane(r, "x"), mask: null, count: WEIGHTS, partials: partials(r, chunks) },
    })),
    benchCase("f32_clip_elements", shape, (r) => ({
      extent: WEIGHTS,
      args: { x: plane(r, "x"), limit: 0.5 },
    })),
    benchCase("f32_clip_scale", { chunks }, (r) => ({
      extent: 1,
      args: { partials: partials(r, chunks), count: chunks, clipNorm: 1, scale: scale(r) },
    })),
    benchCase("f32_adamw", shape, (r) => ({
      extent: WEIGHTS,
      args: {
        w: plane(r, "w"),
        grad: plane(r, "grad"),
        m: plane(r, "m"),
        v: plane(r, "v"),
        mask: null,
        scale: scale(r),
        hyper: hyper(r),
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        decay: 0.1,
      },
    })),
    benchCase("f32_sgd", shape, (r) => ({
      extent: WEIGHTS,
      args: {
        w: plane(r, "w"),
        grad: plane(r, "grad"),
        m: plane(r, "m"),
        mask: null,
        scale: scale(r),
        hyper: hyper(r),
        momentum: 0.9,
      },
    })),
    benchCase("f32_adafactor_moment", shape, (r) => ({
      extent: chunks,
      args: {
        w: plane(r, "w"),
        grad: plane(r, "grad"),
        v: plane(r, "v"),
        mask: null,
        scale: scale(r),
        hyper: hyper(r),
        epsilon: 1e-30,
        count: WEIGHTS,
        partials: partials(r, 2 * chunks),
      },
    })),
    benchCase("f32_adafactor_step", { chunks }, (r) => ({
      extent: 1,
      args: {
        partials: partials(r, 2 * chunks),
        chunks,
        nonzeros: WEIGHTS,
        hyper: hyper(r),
        minScale: 1e-3,
        clipThreshold: 1,
        step: r.tensor("step", 1),
      },
    })),
    benchCase("f32_adafactor_apply", shape, (r) => ({
      extent: WEIGHTS,
      args: { w: plane(r, "w"), update: plane(r, "update"), mask: null, step: r.tensor("step", 1) },
    })),
  ];
}

/** What a mask update does to one matrix, three quarters of it pruned. */
function structureCases(): BenchCase[] {
  const [rows, cols] = [1024, 256];
  const shape = { rows, cols };
  const density = 0.25;
  const isKept = (i: number) => (i % 4 === 0 ? 1 : 0);
  const nonzeros = rows * cols * density;
  const sizes = csrSizes({ rows, cols, nonzeros });
  const mask = (r: Recorder) => r.tensor("mask", rows * cols, "u8", isKept);
  const dense = (r: Recorder, name: string) => r.tensor(name, rows * cols);
  /** The CSR form of `mask`: every row of its one column block has the same offsets. */
  const structure = (r: Recorder) => ({
    rowPtr: r.tensor("rowPtr", sizes.rowPtr, "i32", (row) => row * cols * density),
    offsets: r.tensor("offsets", sizes.offsets, "i32", (p) => (p < nonzeros ? (p % (cols * density)) * 4 * 128 : 0)),
  });
  return [
    benchCase("u8_topk_magnitude", { scores: rows * cols }, (r) => ({
      extent: 1,
      args: {
        scores: dense(r, "scores"),
        count: rows * cols,
        topK: nonzeros,
        keep: r.tensor("keep", rows * cols, "u8"),
        scratch: scratch(TOPK_SCRATCH),
      },
    })),
    benchCase("f32_nm_scores", { ...shape, n: 1, m: 4 }, (r) => ({
      extent: rows,
      args: { w: dense(r, "w"), rows, cols, n: 1, m: 4, scores: dense(r, "scores") },
    })),
    benchCase("f32_apply_mask", shape, (r) => ({ extent: rows * cols, args: { mask: mask(r), w: dense(r, "w") } })),
    benchCase("i32_csr_from_mask", shape, (r) => ({
      extent: 1,
      args: {
        mask: mask(r),
        rows,
        cols,
        rowPtr: r.tensor("new rowPtr", sizes.rowPtr, "i32"),
        offsets: r.tensor("new offsets", sizes.offsets, "i32"),
      },
    })),
    benchCase("f32_csr_gather_dense", shape, (r) => ({
      extent: 1,
      args: { dense: dense(r, "dense"), ...structure(r), rows, cols, values: r.tensor("values", sizes.values) },
    })),
    benchCase("f32_csr_scatter_dense", shape, (r) => ({
      extent: 1,
      args: { values: r.tensor("values", sizes.values), ...structure(r), rows, cols, dense: dense(r, "dense") },
    })),
    benchCase("i32_csr_transpose", shape, (r) => ({
      extent: 1,
      args: {
        ...structure(r),
        rows,
        cols,
        rowPtrT: r.tensor("rowPtrT", sizes.rowPtrT, "i32"),
        offsetsT: r.tensor("offsetsT", sizes.offsetsT, "i32"),
        permutation: r.tensor("permutation", sizes.permutation, "i32"),
      },
    })),
  ];
}
