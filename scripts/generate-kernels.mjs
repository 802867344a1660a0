/**
 * Writes the unrolled micro-kernels, which AssemblyScript has no macros for, as `assembly/**\/*.generated.ts`.
 * Everything else in `assembly/` is written by hand.
 *
 * Every step of a loop ends in a cheap exit, which also takes care of any remainder: without it V8 before Node 24 issues all
 * loads of the unrolled body first and spills, which halves the speed (docs/kernels.md §0).
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const assembly = join(dirname(fileURLToPath(import.meta.url)), "..", "assembly");

const UNROLL = 8;
/** Bytes of one feature's 32 tokens and of one vector of 4. */
const ROW = 128;
const VECTOR = 16;

const range = (count) => Array.from({ length: count }, (_, i) => i);
/** f(row, column) for every element of a block, as lines. */
const grid = (rows, columns, f) => range(rows).flatMap((r) => range(columns).map((c) => f(r, c)));

write("dense/gemm-micro", [gemm(2, 4), gemm(1, 8), gemm6()]);
// In attention a tile of 32 tokens is the weight, by its columns (Aᵀ·B) or by its rows (A·B).
write("attention/products", [
  gemm(4, 2, { name: "gemmTn", rowBytes: 4, stepBytes: ROW, isAdded: false }),
  gemm(4, 2, { name: "gemmNn", rowBytes: ROW, stepBytes: 4 }),
  gemm(1, 2, { name: "gemmNn", rowBytes: ROW, stepBytes: 4 }),
]);
write("dense/gemm-dw-micro", [gemmDw(2), gemmDw(2, { isCopying: true }), gemmDw(1)]);

/**
 * `rows` × 4·`vectors` outputs of a product whose columns are tokens. Its weight (r, k) stands at r·rowBytes + k·stepBytes:
 * by default in a panel of 4 rows.
 */
function gemm(rows, vectors, { name = "gemm", rowBytes = 4, stepBytes = VECTOR, isAdded = true } = {}) {
  const start = (r, v) => (isAdded ? `v128.load(y, ${r * ROW + v * VECTOR})` : "f32x4.splat(0)");
  return `/** y[r][t] ${isAdded ? "+" : ""}= Σ_k w[r][k]·x[k][t], in ascending k, for ${rows} × ${4 * vectors} outputs; count ≥ 1 values of k. */
export function ${name}${rows}x${4 * vectors}(count: i32, w: usize, x: usize, y: usize): void {
${grid(rows, vectors, (r, v) => `  let y${r}${v} = ${start(r, v)};`).join("\n")}
  while (true) {
${unrolled("count", (k) => [
  ...range(rows).map((r) => `const w${r} = v128.load32_splat(w, ${r * rowBytes + k * stepBytes});`),
  ...range(vectors).flatMap((v) => [
    `const x${v} = v128.load(x, ${k * ROW + v * VECTOR});`,
    ...range(rows).map((r) => `y${r}${v} = fma(w${r}, x${v}, y${r}${v});`),
  ]),
])}
    w += ${UNROLL * stepBytes};
    x += ${UNROLL * ROW};
  }
${grid(rows, vectors, (r, v) => `  v128.store(y, y${r}${v}, ${r * ROW + v * VECTOR});`).join("\n")}
}
`;
}

/**
 * 6 × 8 outputs, for the relaxed build: 12 accumulators leave no register for a product that is not fused. Panels have 4 rows, so
 * two of the six come from half of a neighbouring panel.
 */
function gemm6() {
  const [vectors, unroll] = [2, 4];
  const rows = [
    ...range(4).map((r) => ["panel", "y", r, `${r}`]),
    ...range(2).map((r) => ["half", "yHalf", r, `${4 + r}`]),
  ];
  const each = (f) => rows.flatMap(([w, y, r, name]) => range(vectors).map((v) => f(w, y, r, name, v)));
  return `/** y[r][t] += Σ_k panel[k][r]·x[k][t] for 4 rows and 8 tokens, and as much for 2 rows of \`half\` into yHalf; count ≥ 1 values of k. */
export function gemm6x8(count: i32, panel: usize, half: usize, x: usize, y: usize, yHalf: usize): void {
${each((_, y, r, name, v) => `  let y${name}${v} = v128.load(${y}, ${r * ROW + v * VECTOR});`).join("\n")}
  while (true) {
${unrolled(
  "count",
  (k) => [
    ...range(vectors).map((v) => `const x${v} = v128.load(x, ${k * ROW + v * VECTOR});`),
    ...rows.flatMap(([w, , r, name]) => [
      `const w${name} = v128.load32_splat(${w}, ${r * 4 + k * VECTOR});`,
      ...range(vectors).map((v) => `y${name}${v} = fma(w${name}, x${v}, y${name}${v});`),
    ]),
  ],
  unroll,
)}
    panel += ${unroll * VECTOR};
    half += ${unroll * VECTOR};
    x += ${unroll * ROW};
  }
${each((_, y, r, name, v) => `  v128.store(${y}, y${name}${v}, ${r * ROW + v * VECTOR});`).join("\n")}
}
`;
}

/**
 * `rows` × 4 weight gradients at once, each a vector of partial sums over the tokens. They are stored side by side even where
 * nobody reads them: from such stores V8's revectorizer finds that pairs of columns can share instructions of 256 bits. Copying,
 * it leaves the rows of dY, tile after tile, in `copy`.
 */
function gemmDw(rows, { isCopying = false } = {}) {
  const columns = 4;
  const sums = (r) => range(columns).map((c) => `s${r}${c}`);
  const target = (r) => `dw + ${r} * dwStride`;
  return `/**
 * sums[r][c] = Σ_t dy[r][t]·x[c][t] for ${rows} rows and a panel of 4 columns over count vectors of 4 tokens, whole tiles; where dw is
 * not 0, dw[r][c] += the sum of each one's lanes. Strides in bytes.${isCopying ? " copy[tile][r][t] = dy[r][t]." : ""}
 */
export function gemmDw${isCopying ? "Copying" : ""}${rows}x4(count: i32, dy: usize, dyStride: usize, panel: usize, sums: usize, dw: usize, dwStride: usize${isCopying ? ", copy: usize" : ""}): void {
${grid(rows, columns, (r, c) => `  let s${r}${c} = f32x4.splat(0);`).join("\n")}
  while (true) {
${unrolled("count", (t) => [
  ...range(rows).map((r) => `const dy${r} = v128.load(dy, ${r * ROW + t * VECTOR});`),
  ...(isCopying ? range(rows).map((r) => `v128.store(copy, dy${r}, ${r * ROW + t * VECTOR});`) : []),
  ...range(columns).flatMap((c) => [
    `const x${c} = v128.load(panel, ${(t * columns + c) * VECTOR});`,
    ...range(rows).map((r) => `s${r}${c} = fma(dy${r}, x${c}, s${r}${c});`),
  ]),
])}
    dy += dyStride;${isCopying ? `\n    copy += ${rows * ROW};` : ""}
    panel += ${UNROLL * columns * VECTOR};
  }
${grid(rows, columns, (r, c) => `  v128.store(sums, s${r}${c}, ${(r * columns + c) * VECTOR});`).join("\n")}
  if (dw == 0) return;
${range(rows)
  .map((r) => `  v128.store(${target(r)}, f32x4.add(v128.load(${target(r)}), sumLanesOf4(${sums(r).join(", ")})));`)
  .join("\n")}
}
`;
}

/** Steps, each a block of its own with an exit after it. */
function unrolled(counter, step, unroll = UNROLL) {
  return range(unroll)
    .map((u) => {
      const isLast = u === unroll - 1;
      const exit = isLast
        ? `    ${counter} -= ${unroll};\n    if (${counter} == 0) break;`
        : `    if (${counter} == ${u + 1}) break;`;
      return `    {\n${step(u)
        .map((line) => `      ${line}`)
        .join("\n")}\n    }\n${exit}`;
    })
    .join("\n");
}

function write(name, functions) {
  const imports = [`import { fma } from "../simd/fma";`];
  if (functions.some((f) => f.includes("sumLanesOf4("))) imports.push(`import { sumLanesOf4 } from "../simd/reduce";`);
  const header = ["// Written by scripts/generate-kernels.mjs.", ...imports, ""];
  writeFileSync(join(assembly, `${name}.generated.ts`), [...header, ...functions].join("\n"));
}
