/**
 * The one list of kernels: what exists, what each argument is, and along which dimension a call may be split between
 * threads. The tape's types, the memory plan's liveness, the contract tests and the benchmarks are all read off it.
 *
 * Every wasm kernel has the signature `(begin, end, ...args)` with `args` in the order listed here; `[begin, end)` is a
 * part of the call's extent, and filling an extent in any number of parts gives the same bits.
 *
 * Layout words used below (ARCHITECTURE.md, "Memory and layout"):
 *   tiles (nt, F)  activations `[token tile][feature][32 tokens]`, f32; F features of nt tiles of 32 tokens
 *   lanes (nt)     one value for each token: `[token tile][32]`
 *   A sequence of `seqLen` tokens takes `seqTiles = ⌈seqLen/32⌉` tiles; the tokens beyond seqLen are padding.
 */

/** Tokens of one activation tile: 8 vectors of 4 lanes (why 32: docs/kernels.md). */
export const TILE = 32;

export type ElementType = "f32" | "f64" | "i32" | "u8";
/**
 * `in` is read, `out` overwritten, `inout` both; `?` marks a pointer that may be 0 (absent). `whole` is read, too: in a kernel that
 * is split by token tiles, all of it for every tile, where of the others a tile reads and writes its own tile alone.
 */
export type Access = "in" | "in?" | "whole" | "whole?" | "out" | "out?" | "inout";
/** `int` is an i32, `float` an f32, `scratch` a pointer to bytes of the calling thread's own. */
export type ArgSpec = `${Access} ${ElementType}` | "int" | "float" | "scratch";

export interface KernelSpec {
  /** What `begin` and `end` count. */
  readonly split: string;
  /** Parts of an extent begin at multiples of this many units. */
  readonly grain: number;
  /** Units that it works on together, at less cost each, where a part has as many; a power of two. */
  readonly pass: number;
  readonly args: Readonly<Record<string, ArgSpec>>;
}

const kernel = <const A extends Readonly<Record<string, ArgSpec>>>(
  split: string, args: A, { grain = 1, pass = 1 } = {},
) => ({ split, grain, pass, args });

/** The split of kernels in which each tile of tokens stands for itself. */
export const BY_TILES = "token tiles";

/** Elementwise kernels split their extent of f32 elements at multiples of this. */
export const ELEMENT_GRAIN = 256;
/** Elements summed into one f64 partial by `f32_square_sum` and `f32_adafactor_moment`, whatever the thread count. */
export const PARTIAL_CHUNK = 4096;
/** Columns in one block of a packed weight (why 128: docs/kernels.md). */
export const GEMM_BLOCK = 128;
/** Columns and rows of one unit of f32_gemm_dw's extent. */
export const GEMM_DW_BLOCK = { cols: 16, rows: 4 } as const;
/** The extent of f32_gemm_dw. */
export function gemmDwExtent(rows: number, cols: number): number {
  return Math.ceil(cols / GEMM_DW_BLOCK.cols) * Math.ceil(rows / GEMM_DW_BLOCK.rows);
}
/** Bytes that f32_gemm_dw takes: the sums of two rows by four columns, two rows of dY and the panels of 16 columns of 8 token tiles. */
export const GEMM_DW_SCRATCH = 2 * 4 * 16 + (2 + 16) * 8 * TILE * 4;
/**
 * Columns of W in one block of the CSR format: the block's slab of activations, 256·32·4 = 32 KB, is about an L1. Half of it
 * gains up to 5 % at S ≤ .75 and loses 4–15 % at .9375, where short rows pay for their ends (measured).
 */
export const CSR_BLOCK = 256;
/** The extent of f32_sddmm_csr. */
export function sddmmExtent(rows: number, cols: number): number {
  return Math.ceil(cols / CSR_BLOCK) * rows;
}
/** Offsets that may be read, not used, past the end of a CSR offset array (prefetch). */
export const CSR_PADDING = 8;
/** Bytes that u8_topk_magnitude takes for its radix histogram. */
export const TOPK_SCRATCH = 2048 * 4;

export const kernels = {
  // ---- dense linear: W (rows = O, cols = I), row-major ---------------------------------------------------------------
  /**
   * packed[b][p][k][r] = W[4p+r][GEMM_BLOCK·b+k]: blocks of GEMM_BLOCK columns (the last one may have fewer), in them panels of 4
   * rows; rows beyond O are 0. packed holds ⌈O/4⌉·I·4.
   */
  f32_pack_rows: kernel("panels of 4 rows", { w: "in f32", rows: "int", cols: "int", packed: "out f32" }),
  /** packed[b][p][k][r] = W[GEMM_BLOCK·b+k][4p+r]: the panels of Wᵀ. packed holds ⌈I/4⌉·O·4. */
  f32_pack_columns: kernel("panels of 4 columns", { w: "in f32", rows: "int", cols: "int", packed: "out f32" }),
  /**
   * Y = W·X + bias + addend, for forward (packed by rows) and input gradient (by columns). One accumulator for each output,
   * started at (0 + bias) + addend and summed in ascending k: a zero weight leaves the bits as f32_spmm_csr would.
   * x tiles (nt, cols) · bias (rows) · addend, y tiles (nt, rows); addend may be y itself.
   */
  f32_gemm: kernel(BY_TILES, {
    packed: "whole f32", x: "in f32", bias: "whole? f32", addend: "in? f32", y: "out f32", rows: "int", cols: "int",
  }, { pass: 4 }),
  /**
   * dW[o][i] = Σ_tokens dY[o]·X[i] (+ dW where accumulate is 1). dy tiles (nt, rows) · x tiles (nt, cols) · dw (rows, cols).
   * Padding tokens count like any: their dY must be 0. Extent: ⌈cols/16⌉·⌈rows/4⌉, one block of columns after the other, so that a
   * part packs few columns of x. scratch: GEMM_DW_SCRATCH bytes.
   */
  f32_gemm_dw: kernel("blocks of 4 rows by 16 columns", {
    dy: "in f32", x: "in f32", dw: "inout f32", rows: "int", cols: "int", numTiles: "int", accumulate: "int", scratch: "scratch",
  }),
  /** db[f] = Σ_tokens dY[f], padding included. dy tiles (nt, features). */
  f32_bias_gradient: kernel("features", { dy: "in f32", db: "out f32", features: "int", numTiles: "int" }),

  // ---- CSR linear: rows inside column blocks of CSR_BLOCK ------------------------------------------------------------
  /**
   * The CSR form of W (rows, cols) here: column blocks b = 0…nb−1 of CSR_BLOCK columns; block after block, row after row;
   * rowPtr[b·(rows+1) + r] … rowPtr[b·(rows+1) + r + 1] index `values` and `offsets`; offsets[p] = (column − b·CSR_BLOCK)·128,
   * the byte offset of the column's slab row; CSR_PADDING extra zeros after the last offset.
   *
   * Y = W·X + bias + addend, as f32_gemm, and with its bits: (0 + bias) + addend, then the products in ascending column
   * order, rounded twice each, or once where the relaxed build fuses them (then a product that underflows may leave −0, which
   * f32_gemm's zero weights make 0). addend may be y itself. For the input gradient the same kernel runs on Wᵀ's CSR.
   */
  f32_spmm_csr: kernel(BY_TILES, {
    rowPtr: "whole i32", offsets: "whole i32", values: "whole f32", x: "in f32", bias: "whole? f32", addend: "in? f32", y: "out f32",
    rows: "int", cols: "int",
  }),
  /**
   * dValues[p] = Σ_tokens dY[row(p)]·X[col(p)], at the non-zeros only, in the order of `values`; overwritten. Extent: ⌈cols/CSR_BLOCK⌉·rows,
   * one column block after the other.
   */
  f32_sddmm_csr: kernel("rows of column blocks", {
    rowPtr: "in i32", offsets: "in i32", dy: "in f32", x: "in f32", dValues: "out f32", rows: "int", cols: "int", numTiles: "int",
  }),
  /** dst[p] = src[permutation[p]]: values in the order of Wᵀ's CSR. */
  f32_gather: kernel("elements", { src: "in f32", permutation: "in i32", dst: "out f32" }, { grain: ELEMENT_GRAIN }),
  /** Row pointers and offsets (CSR_PADDING zeros included) of the CSR form of a mask (rows, cols) of 0/1 bytes. Extent 1. */
  i32_csr_from_mask: kernel("one", { mask: "in u8", rows: "int", cols: "int", rowPtr: "out i32", offsets: "out i32" }),
  /** Values of a dense (rows, cols) matrix at the non-zeros, in CSR order, and back (zeros elsewhere). Extent 1. */
  f32_csr_gather_dense: kernel("one", { dense: "in f32", rowPtr: "in i32", offsets: "in i32", rows: "int", cols: "int", values: "out f32" }),
  f32_csr_scatter_dense: kernel("one", { values: "in f32", rowPtr: "in i32", offsets: "in i32", rows: "int", cols: "int", dense: "out f32" }),
  /**
   * CSR of Wᵀ (cols rows, `rows` columns; CSR_PADDING zeros included) and, for each of its entries, the position in W's
   * order. Extent 1.
   */
  i32_csr_transpose: kernel("one", {
    rowPtr: "in i32", offsets: "in i32", rows: "int", cols: "int",
    rowPtrT: "out i32", offsetsT: "out i32", permutation: "out i32",
  }),

  // ---- selection -----------------------------------------------------------------------------------------------------
  /**
   * keep[i] = 1 for the `topK` largest |scores|, ties to the lower index, 0 elsewhere: exactly topK ones, 0 ≤ topK ≤ count.
   * NaNs are larger than everything else and equal to each other. Extent 1. scratch: TOPK_SCRATCH bytes.
   */
  u8_topk_magnitude: kernel("one", { scores: "in f32", count: "int", topK: "int", keep: "out u8", scratch: "scratch" }),
  /**
   * Scores whose top k, for u8_topk_magnitude, is n:m once k = n/m of the weights: the bits of |w[i]| shifted right by one,
   * with bit 30 set for the n largest of every m consecutive columns of a row (ties to the lower column). So these come
   * before all others, whatever the magnitudes, and both kinds stay in order of |w| to within 2 ulp; a lift added to |w| would
   * round that order away. A last group shorter than m lifts up to n. Extent: rows.
   */
  f32_nm_scores: kernel("rows", { w: "in f32", rows: "int", cols: "int", n: "int", m: "int", scores: "out f32" }),
  /** w[i] = mask[i] ? w[i] : 0. A mask byte other than 0 counts as 1, here and below. */
  f32_apply_mask: kernel("elements", { mask: "in u8", w: "inout f32" }, { grain: ELEMENT_GRAIN }),

  // ---- attention -----------------------------------------------------------------------------------------------------
  /**
   * softmax(scale·QᵀK + mask)·V for each (sequence, head); scale > 0. q, k, v, o tiles (batch·seqTiles, numHeads·headDim), head h at
   * features h·headDim…; lse lanes (batch·numHeads·seqTiles): log Σ exp of each query's logits, 1e30 at padding. Keys ≥ seqLen are
   * masked always; keys after the query where causal is 1. o at padding queries is finite and of no meaning.
   * scratch: (seqTiles·32 + 1)·128 bytes: the scores of one tile of queries, and a row of sums.
   */
  f32_attention: kernel("(sequence, head) pairs", {
    q: "in f32", k: "in f32", v: "in f32", o: "out f32", lse: "out f32",
    numHeads: "int", headDim: "int", seqTiles: "int", seqLen: "int", causal: "int", scale: "float", scratch: "scratch",
  }),
  /**
   * dQ, dK, dV from dO, with the probabilities recomputed from lse. At padding, dQ, dK and dV are 0, and padding queries add
   * nothing to dK and dV (where q and dO are finite there). scratch: (4·32 + seqTiles)·128 bytes.
   */
  f32_attention_backward: kernel("(sequence, head) pairs", {
    q: "in f32", k: "in f32", v: "in f32", o: "in f32", lse: "in f32", dO: "in f32", dq: "out f32", dk: "out f32", dv: "out f32",
    numHeads: "int", headDim: "int", seqTiles: "int", seqLen: "int", causal: "int", scale: "float", scratch: "scratch",
  }),

  // ---- norms ---------------------------------------------------------------------------------------------------------
  /** y = (x − mean)·rstd·gain + bias over the features of each token. stats (nt, 2, 32): mean, then rstd. */
  f32_layernorm: kernel(BY_TILES, {
    x: "in f32", gain: "whole f32", bias: "whole f32", y: "out f32", stats: "out f32", features: "int", epsilon: "float",
  }),
  /** dx = addend + ∂. addend may be dx itself. */
  f32_layernorm_dx: kernel(BY_TILES, {
    x: "in f32", gain: "whole f32", stats: "in f32", dy: "in f32", addend: "in? f32", dx: "out f32", features: "int",
  }),
  f32_layernorm_dparams: kernel("features", {
    x: "in f32", stats: "in f32", dy: "in f32", dgain: "out f32", dbias: "out f32", features: "int", numTiles: "int",
  }),
  /** y = x·rstd·gain, rstd = 1/√(mean x² + ε). stats lanes (nt): rstd. */
  f32_rmsnorm: kernel(BY_TILES, { x: "in f32", gain: "whole f32", y: "out f32", stats: "out f32", features: "int", epsilon: "float" }),
  f32_rmsnorm_dx: kernel(BY_TILES, {
    x: "in f32", gain: "whole f32", stats: "in f32", dy: "in f32", addend: "in? f32", dx: "out f32", features: "int",
  }),
  f32_rmsnorm_dgain: kernel("features", { x: "in f32", stats: "in f32", dy: "in f32", dgain: "out f32", features: "int", numTiles: "int" }),

  // ---- activations (tanh approximation of GELU) ------------------------------------------------------------------------
  f32_gelu: kernel(BY_TILES, { x: "in f32", y: "out f32", features: "int" }),
  f32_gelu_backward: kernel(BY_TILES, { x: "in f32", dy: "in f32", dx: "out f32", features: "int" }),
  /** y = gelu(gate) ∘ value. */
  f32_geglu: kernel(BY_TILES, { gate: "in f32", value: "in f32", y: "out f32", features: "int" }),
  f32_geglu_backward: kernel(BY_TILES, {
    gate: "in f32", value: "in f32", dy: "in f32", dGate: "out f32", dValue: "out f32", features: "int",
  }),

  // ---- loss ----------------------------------------------------------------------------------------------------------
  /**
   * Cross-entropy of softmax(logits) at integer labels; label −1: the token does not count (loss 0, gradient 0).
   * losses lanes (nt): nats, without the z-loss; hits lanes (nt): 1 where the largest logit (lowest index of equals) is the
   * label's. A NaN among a token's logits makes its loss NaN.
   * dLogits = gradScale·(softmax·(1 + 2·zLoss·logZ) − onehot), for the loss Σ (ce + zLoss·logZ²)·gradScale. dLogits may be logits
   * itself, or 0 for evaluation.
   */
  f32_cross_entropy: kernel(BY_TILES, {
    logits: "in f32", labels: "in i32", losses: "out f32", hits: "out f32", dLogits: "out? f32", classes: "int", gradScale: "float",
    zLoss: "float",
  }),
  /** totals (3 × f64) = Σ losses, Σ hits, number of labels ≥ 0, over `numTiles`·32 tokens in order. Extent 1. */
  f64_loss_totals: kernel("one", { losses: "in f32", hits: "in f32", labels: "in i32", numTiles: "int", totals: "out f64" }),

  // ---- embeddings and images -------------------------------------------------------------------------------------------
  /**
   * y[token] = table[tokens[token]] + positions[token's place]; zeros at padding and where the token is −1.
   * tokens lanes (nt) of i32 · table (V, features) · positions (seqLen, features).
   */
  f32_embedding: kernel(BY_TILES, {
    tokens: "in i32", table: "whole f32", positions: "whole? f32", y: "out f32", features: "int", seqTiles: "int", seqLen: "int",
  }),
  /** dTable[v] = Σ dY over the tokens equal to v, in their order (+ dTable where accumulate is 1). */
  f32_embedding_backward: kernel("features", {
    tokens: "in i32", dy: "in f32", dTable: "inout f32", vocabSize: "int", features: "int", numTiles: "int", accumulate: "int",
  }),
  /** dPositions[place] = Σ dY over the sequences' tokens at that place. (seqLen, features) */
  f32_position_gradient: kernel("features", {
    dy: "in f32", dPositions: "out f32", features: "int", seqTiles: "int", seqLen: "int", batch: "int",
  }),
  /**
   * Cuts images (batch, channels, height, width) into patches: tiles (batch·seqTiles, channels·patchSize²), feature order
   * (channel, row, column); patch p of an image stands at token firstToken + p, every other token is 0.
   */
  f32_patches: kernel("images", {
    images: "in f32", patches: "out f32", channels: "int", height: "int", width: "int", patchSize: "int", firstToken: "int", seqTiles: "int",
  }),
  /**
   * y[token] = x[token] + positions[place] for the seqLen tokens of each sequence, 0 at padding; where classToken is given, it stands
   * at place 0 in place of x (Dosovitskiy et al. 2020, eq. 1).
   */
  f32_add_positions: kernel(BY_TILES, {
    x: "in f32", positions: "whole f32", classToken: "whole? f32", y: "out f32", features: "int", seqTiles: "int", seqLen: "int",
  }),
  /** Mean over the tokens [firstToken, lastToken) of each sequence: y tiles (⌈batch/32⌉, features), one lane an image; unused lanes 0. */
  f32_pool: kernel("tiles of images", {
    x: "in f32", y: "out f32", features: "int", seqTiles: "int", firstToken: "int", lastToken: "int", batch: "int",
  }),
  f32_pool_backward: kernel("images", {
    dy: "in f32", dx: "out f32", features: "int", seqTiles: "int", firstToken: "int", lastToken: "int",
  }),
  /**
   * dClassToken = Σ over sequences of dy at place 0, which is then 0: the class token takes the place of x there, so none of that
   * gradient goes on to x. After f32_position_gradient.
   */
  f32_class_token_gradient: kernel("features", { dy: "inout f32", dClassToken: "out f32", features: "int", seqTiles: "int", batch: "int" }),

  // ---- elementary functions of flat arrays -----------------------------------------------------------------------------
  /** y = eˣ; 0 below x = −87.3, the value at 88.7 above it. y may be x. */
  f32_exp: kernel("elements", { x: "in f32", y: "out f32" }, { grain: ELEMENT_GRAIN }),
  /** y = 2ˣ, x clamped to [−126, 126]. y may be x. */
  f32_exp2: kernel("elements", { x: "in f32", y: "out f32" }, { grain: ELEMENT_GRAIN }),
  /** y = tanh x. y may be x. */
  f32_tanh: kernel("elements", { x: "in f32", y: "out f32" }, { grain: ELEMENT_GRAIN }),
  /** y = ln x for positive normal x; elsewhere of no meaning. y may be x. */
  f32_log: kernel("elements", { x: "in f32", y: "out f32" }, { grain: ELEMENT_GRAIN }),
  /** y = eˣ and y = ln x with the bits of src/core/math.ts, for every x. y may be x. */
  f64_exp: kernel("elements", { x: "in f64", y: "out f64" }, { grain: ELEMENT_GRAIN }),
  f64_log: kernel("elements", { x: "in f64", y: "out f64" }, { grain: ELEMENT_GRAIN }),

  // ---- fitting -----------------------------------------------------------------------------------------------------------
  /**
   * values[i] = Σ_rows weight·huber(T(L) − target), gradients[i] = ∂values[i]/∂points[i], for a law L = (Σ_terms Π factors)^outer at
   * each of a list of points: T = ln where isLog is 1, else the identity; huber(r) = r²/2 up to |r| = delta[0], which may be
   * Infinity, and straight beyond; no outer exponent where `outer` is −1, else the coordinate of that index.
   *
   * points, gradients (extent, coordinates): logarithms of coefficients, and exponents as they are
   * program   for each term the number of its factors, then for each factor e^(sign · coordinate · column): indices of the
   *           coordinate (−1: it is 1) and of the column (−1: it is 1), and the sign 1 or −1
   * table     (columns + 2, 2·pairs): the columns, the targets, the weights; an odd number of rows is filled up by a copy of any
   *           of them with weight 0
   * scratch   (terms + 1)·pairs·16 bytes
   * Rounding  even and odd rows are summed apart, then added; NaN or Infinity where a row has no T(L), whatever its weight
   */
  f64_power_law_huber: kernel("points", {
    points: "in f64", program: "in i32", table: "in f64", delta: "in f64", pairs: "int", columns: "int", coordinates: "int",
    terms: "int", outer: "int", isLog: "int", values: "out f64", gradients: "out f64", scratch: "scratch",
  }),

  // ---- updates: flat arrays, dense or the values of a CSR --------------------------------------------------------------
  /** partials[c] = Σ x² over chunk c of PARTIAL_CHUNK elements, in f64, without those whose mask byte is 0. Extent: chunks. */
  f32_square_sum: kernel("chunks", { x: "in f32", mask: "in? u8", count: "int", partials: "out f64" }),
  /** x ← min(max(x, −limit), limit); NaN stays. */
  f32_clip_elements: kernel("elements", { x: "inout f32", limit: "float" }, { grain: ELEMENT_GRAIN }),
  /** scale[0] = min(1, clipNorm/√Σ partials), scale[1] = √Σ partials; clipNorm may be Infinity, NaNs stay NaN. Extent 1. */
  f32_clip_scale: kernel("one", { partials: "in f64", count: "int", clipNorm: "float", scale: "out f32" }),
  /**
   * g = scale[0]·grad; m ← β1·m + (1−β1)·g; v ← β2·v + (1−β2)·g²; w ← w − lr·(m̂/(√v̂ + ε) + decay·w).
   * hyper (4 × f32): lr, 1/(1−β1ᵗ), 1/(1−β2ᵗ), unused. Where the mask byte is 0: w, m and v become 0.
   */
  f32_adamw: kernel("elements", {
    w: "inout f32", grad: "in f32", m: "inout f32", v: "inout f32", mask: "in? u8", scale: "in f32", hyper: "in f32",
    beta1: "float", beta2: "float", epsilon: "float", decay: "float",
  }, { grain: ELEMENT_GRAIN }),
  /** m ← momentum·m + scale[0]·grad; w ← w − hyper[0]·m; masked as f32_adamw. */
  f32_sgd: kernel("elements", {
    w: "inout f32", grad: "in f32", m: "inout f32", mask: "in? u8", scale: "in f32", hyper: "in f32", momentum: "float",
  }, { grain: ELEMENT_GRAIN }),
  /**
   * g = scale[0]·grad; v ← β2·v + (1−β2)·(g² + ε), β2 = hyper[1]; grad ← u = g/√v; partials[2c], [2c+1] = Σ u², Σ w² over chunk c, in
   * f64. Where the mask byte is 0: v and u become 0, and w does not count. Extent: chunks of PARTIAL_CHUNK.
   */
  f32_adafactor_moment: kernel("chunks", {
    w: "in f32", grad: "inout f32", v: "inout f32", mask: "in? u8", scale: "in f32", hyper: "in f32", epsilon: "float", count: "int",
    partials: "out f64",
  }),
  /** step[0] = lr·max(minScale, RMS(w))/max(1, RMS(u)/clipThreshold), lr = hyper[0], both RMS over `nonzeros` weights. Extent 1. */
  f32_adafactor_step: kernel("one", {
    partials: "in f64", chunks: "int", nonzeros: "int", hyper: "in f32", minScale: "float", clipThreshold: "float", step: "out f32",
  }),
  /** w ← w − step[0]·u, 0 where the mask byte is 0. */
  f32_adafactor_apply: kernel("elements", { w: "inout f32", update: "in f32", mask: "in? u8", step: "in f32" }, { grain: ELEMENT_GRAIN }),
} as const satisfies Record<string, KernelSpec>;

export type KernelName = keyof typeof kernels;

type ArgName<K extends KernelName> = keyof (typeof kernels)[K]["args"];
type ArgSpecOf<K extends KernelName, A extends ArgName<K>> = (typeof kernels)[K]["args"][A];

/**
 * The arguments of kernel K by name, with `Buffer` in the place of pointers (a tensor when recording, an address when
 * calling, a typed array in the f64 reference). A pointer marked `?` may be null.
 */
export type KernelArgs<K extends KernelName, Buffer, Scratch = number> = {
  readonly [A in ArgName<K>]: ArgSpecOf<K, A> extends "int" | "float"
    ? number
    : ArgSpecOf<K, A> extends "scratch"
      ? Scratch
      : ArgSpecOf<K, A> extends `${string}? ${string}`
        ? Buffer | null
        : Buffer;
};

/** Splits an argument's specification, e.g. `"in? f32"`, into what the memory plan and the tests ask. */
export function describeArg(spec: ArgSpec) {
  const [access = "", elementType] = spec.split(" ") as [string, ElementType | undefined];
  return {
    isPointer: elementType !== undefined,
    elementType,
    isOptional: access.endsWith("?"),
    isRead: access.startsWith("in") || access.startsWith("whole"),
    isWhole: access.startsWith("whole"),
    isWritten: access.startsWith("out") || access === "inout",
  };
}
